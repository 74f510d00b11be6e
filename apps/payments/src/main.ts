/** The payments service: NestJS on Fastify. Its business at the bank is its own, and not that of any user. */
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { createServiceAuth, dpopProver, ServiceAuthModule } from '@countersign/nestjs';
import { clientCredentials, ServiceClientModule, serverTls } from '@countersign/nestjs/client';
import { clientProofOf } from '@countersign/trust-world-app/client-proof';
import { announceReady, readWorkload, settingOf } from '@countersign/trust-world-app/settings';
import { serviceOptionsOf, tlsOptionsOf } from '@countersign/trust-world-app/workload';
import { Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { CallFaultFilter } from './call-fault.filter.ts';
import { PaymentsController } from './payments.controller.ts';

const workload = await readWorkload();
const auth = createServiceAuth(serviceOptionsOf(workload));
const tls = tlsOptionsOf(workload);
const { issuer, baseUrl, audience, caFile, client } = settingOf(workload, 'bank');
// Another trust domain: its servers are known by host name, under its own authority, and tokens are bound to a key of ours.
const bankTls = serverTls({ ca: readFileSync(caFile, 'utf8') });
const credentials = clientCredentials({
  issuer,
  clientAuthentication: clientProofOf(client),
  scope: 'transfers:create',
  dpop: dpopProver(),
  tls: bankTls,
});
const clients = ServiceClientModule.forFeature({ bank: { baseUrl, audience, tls: bankTls, credentials } });

@Module({
  imports: [ServiceAuthModule.forRoot({ auth, tls }), clients],
  controllers: [PaymentsController],
  providers: [{ provide: APP_FILTER, useClass: CallFaultFilter }],
})
class PaymentsModule {}

const app = await NestFactory.create(PaymentsModule, new FastifyAdapter({ https: tls }), {
  logger: ['error', 'warn'],
  abortOnError: false,
});
await auth.ready();
await app.listen(0, '127.0.0.1');
announceReady(app.getHttpServer(), () => app.close());
