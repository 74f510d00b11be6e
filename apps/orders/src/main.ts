/** The orders service: NestJS on Express. */
import 'reflect-metadata';
import { createServiceAuth, ServiceAuthModule } from '@countersign/nestjs';
import { ServiceClientModule } from '@countersign/nestjs/client';
import { connectQueue } from '@countersign/queue-app/connect-queue';
import { announceReady, readWorkload, settingOf } from '@countersign/trust-world-app/settings';
import {
  clientOptionsOf,
  delegateOptionsOf,
  serviceOptionsOf,
  tlsOptionsOf,
} from '@countersign/trust-world-app/workload';
import { Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { announcements } from './announcements.ts';
import { CallFaultFilter } from './call-fault.filter.ts';
import { announceToken, OrdersController } from './orders.controller.ts';

const workload = await readWorkload();
const auth = createServiceAuth(serviceOptionsOf(workload));
const tls = tlsOptionsOf(workload);
const clients = ServiceClientModule.forFeature({
  inventory: clientOptionsOf(workload, 'inventory', 'inventory:reserve'),
  payments: delegateOptionsOf(workload, 'payments', { 'payments:charge': ['orders:write'] }),
});
const queue = await connectQueue(settingOf(workload, 'queuePort'));
const announce = announcements({
  service: workload.service,
  sealKeyFile: settingOf(workload, 'sealKeyFile'),
  queue,
});

@Module({
  imports: [ServiceAuthModule.forRoot({ auth, tls }), clients],
  controllers: [OrdersController],
  providers: [
    { provide: announceToken, useValue: announce },
    { provide: APP_FILTER, useClass: CallFaultFilter },
  ],
})
class OrdersModule {}

const app = await NestFactory.create(OrdersModule, {
  logger: ['error', 'warn'],
  abortOnError: false,
  httpsOptions: tls,
});
await auth.ready();
await app.listen(0, '127.0.0.1');
announceReady(app.getHttpServer(), async () => {
  await app.close();
  queue.close();
});
