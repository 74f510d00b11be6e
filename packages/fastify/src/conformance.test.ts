/** The conformance suite on Fastify 5, over HTTP/1.1 and over HTTP/2. */
import type { AddressInfo } from 'node:net';
import { describeConformance, type ConformanceDriver, type ConformanceSetup } from '@countersign/testing';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { maybeCallerOf, resourceMetadata, serviceAuth } from './index.ts';

/** What the servers of both protocols have, as far as it is used here. */
type App = Pick<FastifyInstance, 'register' | 'route' | 'listen' | 'server' | 'close'>;

function driver(name: string, create: (tls: object) => App): ConformanceDriver {
  return {
    name,
    start: async ({ auth, tls, routes }: ConformanceSetup) => {
      const app = create({ ...tls });
      await app.register(serviceAuth, { auth, tls });
      if (auth.resourceMetadata !== undefined) await app.register(resourceMetadata, { auth });
      for (const { method, path, access, answer } of Object.values(routes)) {
        app.route({
          method,
          url: path,
          config: access,
          handler: async (request) => answer({ caller: maybeCallerOf(request), body: request.body, raw: request.raw }),
        });
      }
      await app.listen({ port: 0, host: '127.0.0.1' });
      return {
        port: (app.server.address() as AddressInfo).port,
        close: async () => {
          await app.close();
        },
      };
    },
  };
}

const drivers: readonly ConformanceDriver[] = [
  driver('Fastify 5', (https) => Fastify({ https, forceCloseConnections: true })),
  {
    ...driver('Fastify 5 over HTTP/2', (tls) => {
      const https = { ...tls, allowHTTP1: false };
      return Fastify({ http2: true, https, forceCloseConnections: true }) as unknown as App;
    }),
    protocol: 'h2',
  },
];

for (const one of drivers) describeConformance(one, { describe, test, beforeAll, afterAll });
