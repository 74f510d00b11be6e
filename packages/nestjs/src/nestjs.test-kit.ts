/** Pieces for tests of the adapter: both platforms, real sockets, and what all adapters are tested with. */
import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Module, type INestApplication, type ModuleMetadata, type NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { onTestFinished } from 'vitest';

export { brokenChecks, world, type World } from '../../core/src/enforcement/adapter.test-kit.ts';
export { call, type Sent } from '../../core/src/node/call.test-kit.ts';

/** The platforms of Nest. */
export const platforms = ['express', 'fastify'] as const;
export type Platform = (typeof platforms)[number];

/** Makes an application without output, that throws instead of ending the process. Closed with the test. */
export async function create(
  platform: Platform,
  module: ModuleMetadata,
  options: NestApplicationOptions = {},
): Promise<INestApplication> {
  class AppModule {}
  Module(module)(AppModule);
  const quiet = { logger: false, abortOnError: false, ...options } as const;
  const app =
    platform === 'express'
      ? await NestFactory.create(AppModule, quiet)
      : await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), quiet);
  onTestFinished(() => app.close());
  return app;
}

/** Serves on a loopback port until the test ends. */
export async function serve(app: INestApplication): Promise<number> {
  await app.listen(0, '127.0.0.1');
  return (app.getHttpServer().address() as AddressInfo).port;
}
