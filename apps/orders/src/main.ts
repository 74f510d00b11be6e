/** The orders service: NestJS on Express. */
import 'reflect-metadata';
import { createServiceAuth, ServiceAuthModule } from '@countersign/nestjs';
import { announceReady, readWorkload } from '@countersign/trust-world-app/settings';
import { clientOf, serviceOptionsOf, tlsOptionsOf } from '@countersign/trust-world-app/workload';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { neighboursToken, OrdersController } from './orders.controller.ts';

const workload = await readWorkload();
const auth = createServiceAuth(serviceOptionsOf(workload));
const tls = tlsOptionsOf(workload);
const inventory = clientOf(workload, 'inventory', 'inventory:reserve');
const payments = clientOf(workload, 'payments', 'payments:charge');

@Module({
  imports: [ServiceAuthModule.forRoot({ auth, tls })],
  controllers: [OrdersController],
  providers: [{ provide: neighboursToken, useValue: { inventory, payments } }],
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
  await Promise.all([inventory.close(), payments.close()]);
});
