/** The conformance suite on both majors of Express. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describeConformance, type ConformanceDriver, type ConformanceRoute } from '@countersign/testing';
import type express from 'express';
import type { RequestHandler } from 'express';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { majors } from './express.test-kit.ts';
import {
  allow,
  assertSafeServer,
  maybeCallerOf,
  resourceMetadata,
  serviceAuth,
  withoutForwardedHeaders,
} from './index.ts';
import type { Requirement, ServiceAuth } from './index.ts';

const anyCaller = 'every workload of the conformance world';

function handlerOf(route: ConformanceRoute): RequestHandler {
  return (request, response, next) => {
    const answering = async (): Promise<unknown> =>
      route.answer({ caller: maybeCallerOf(request), body: request.body as unknown, raw: request });
    // Express 4 does not look at the promise of a handler.
    answering().then((answer) => response.json(answer), next);
  };
}

function appOf(framework: typeof express, auth: ServiceAuth, routes: readonly ConformanceRoute[]): express.Express {
  const app = framework();
  const mount = ({ method, path }: ConformanceRoute, ...handlers: readonly RequestHandler[]): void => {
    if (method === 'GET') app.get(path, ...handlers);
    else app.post(path, ...handlers);
  };
  // In front of all, because public routes stand in front of the wall.
  app.use(withoutForwardedHeaders(auth));
  const guarded: (readonly [ConformanceRoute, Requirement])[] = [];
  for (const route of routes) {
    if ('public' in route.access) mount(route, handlerOf(route));
    // A wall lets nobody pass without a caller unless it says so itself: an optional route gets one of its own.
    else if (route.access.allow.optional === true) {
      const wall = serviceAuth(auth, { atLeast: { anyCaller, optional: true } });
      mount(route, wall, allow(route.access.allow), handlerOf(route));
    } else guarded.push([route, route.access.allow]);
  }
  if (auth.resourceMetadata !== undefined) app.use(resourceMetadata(auth));
  app.use(serviceAuth(auth, { atLeast: { anyCaller } }));
  app.use(framework.json());
  for (const [route, requirement] of guarded) mount(route, allow(requirement), handlerOf(route));
  return app;
}

function driverOf(name: string, framework: typeof express): ConformanceDriver {
  return {
    name,
    start: async ({ auth, tls, routes }) => {
      const server = createServer({ ...tls }, appOf(framework, auth, Object.values(routes)));
      // Express does not see its server at start, so the application asks, as protect-express.md says.
      assertSafeServer(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return {
        port: (server.address() as AddressInfo).port,
        close: async () => {
          server.closeAllConnections();
          await new Promise((resolve) => server.close(resolve));
        },
      };
    },
  };
}

for (const [name, framework] of majors) {
  describeConformance(driverOf(name, framework), { describe, test, beforeAll, afterAll });
}
