/** The conformance suite on Fastify 5. */
import type { AddressInfo } from 'node:net';
import { describeConformance, type ConformanceDriver } from '@countersign/testing';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { maybeCallerOf, resourceMetadata, serviceAuth } from './index.ts';

const driver: ConformanceDriver = {
  name: 'Fastify 5',
  start: async ({ auth, tls, routes }) => {
    const app = Fastify({ https: { ...tls }, forceCloseConnections: true });
    await app.register(serviceAuth, { auth });
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
      close: async () => app.close(),
    };
  },
};

describeConformance(driver, { describe, test, beforeAll, afterAll });
