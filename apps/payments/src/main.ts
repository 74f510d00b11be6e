/** The payments service: NestJS on Fastify. */
import 'reflect-metadata';
import { createServiceAuth, ServiceAuthModule } from '@countersign/nestjs';
import { announceReady, readWorkload } from '@countersign/trust-world-app/settings';
import { serviceOptionsOf, tlsOptionsOf } from '@countersign/trust-world-app/workload';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { PaymentsController } from './payments.controller.ts';

const workload = await readWorkload();
const auth = createServiceAuth(serviceOptionsOf(workload));
const tls = tlsOptionsOf(workload);

@Module({ imports: [ServiceAuthModule.forRoot({ auth, tls })], controllers: [PaymentsController] })
class PaymentsModule {}

const app = await NestFactory.create(PaymentsModule, new FastifyAdapter({ https: tls }), {
  logger: ['error', 'warn'],
  abortOnError: false,
});
await auth.ready();
await app.listen(0, '127.0.0.1');
announceReady(app.getHttpServer(), () => app.close());
