/** The conformance service as a NestJS application, on both platforms. compat/nestjs-11 runs it on the older major. */
import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import type { ConformanceDriver, ConformanceRoute, ConformanceSetup } from '@countersign/testing';
import { Body, Controller, Get, HttpCode, Module, Post, Req, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  Allow,
  CurrentCaller,
  nodeRequestOf,
  Public,
  resourceMetadata,
  ServiceAuthModule,
  type Caller,
} from './index.ts';

/** The framework that the drivers below run on. */
export { NestFactory };

/** A controller with one handler per route. Decorators are functions, so a table can be decorated in a loop. */
function controllerOf(routes: ConformanceSetup['routes']): new () => object {
  @Controller()
  class Service {}
  const prototype = Service.prototype as Record<string, object>;
  const define = (name: string, { method, path, access, answer }: ConformanceRoute): void => {
    const handler = {
      [name]: (caller: Caller | undefined, body: unknown, request: object) =>
        answer({ caller, body, raw: nodeRequestOf(request) }),
    }[name];
    prototype[name] = handler as object;
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
    CurrentCaller({ optional: true })(prototype, name, 0);
    Body()(prototype, name, 1);
    Req()(prototype, name, 2);
    HttpCode(200)(prototype, name, descriptor);
    (method === 'GET' ? Get(path) : Post(path))(prototype, name, descriptor);
    ('public' in access ? Public(access.public) : Allow(access.allow))(prototype, name, descriptor);
  };
  for (const [name, route] of Object.entries(routes)) define(name, route);
  return Service;
}

/** The drivers of this major. `major` is shown in titles. */
export function conformanceDrivers(major: string): readonly ConformanceDriver[] {
  const driver = (
    platform: string,
    create: (module: object, tls: object) => Promise<INestApplication>,
  ): ConformanceDriver => ({
    name: `${major} on ${platform}`,
    start: async ({ auth, tls, routes }: ConformanceSetup) => {
      @Module({ imports: [ServiceAuthModule.forRoot({ auth, tls })], controllers: [controllerOf(routes)] })
      class AppModule {}
      const app = await create(AppModule, { ...tls });
      if (auth.resourceMetadata !== undefined) app.use(resourceMetadata(auth));
      await app.listen(0, '127.0.0.1');
      return { port: (app.getHttpServer().address() as AddressInfo).port, close: () => app.close() };
    },
  });
  const quiet = { logger: false, abortOnError: false, forceCloseConnections: true } as const;
  const onFastify = (module: object, options: object): Promise<INestApplication> =>
    NestFactory.create<NestFastifyApplication>(
      module,
      new FastifyAdapter({ ...options, forceCloseConnections: true }),
      quiet,
    );
  return [
    driver('Express', (module, httpsOptions) => NestFactory.create(module, { ...quiet, httpsOptions })),
    driver('Fastify', (module, https) => onFastify(module, { https })),
    {
      ...driver('Fastify over HTTP/2', (module, tls) =>
        onFastify(module, { http2: true, https: { ...tls, allowHTTP1: false } }),
      ),
      protocol: 'h2',
    },
  ];
}
