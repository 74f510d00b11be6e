/** Headers of a proxy are out of sight everywhere, also where no hook of the plugin runs. */
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestAuthority } from '@countersign/testing';
import fastify, { type FastifyServerOptions } from 'fastify';
import { expect, test } from 'vitest';
import { clientCertificate, createServiceAuth, forwardedCertificate, memorySink, serviceAuth } from './index.ts';

async function serviceBehindProxy() {
  const { bundle: trustBundle } = await createTestAuthority({ trustDomain: 'prod.test' });
  const forwarded = forwardedCertificate({ format: 'client-cert', from: { loopback: true } });
  return createServiceAuth({
    service: 'spiffe://prod.test/inventory',
    audience: 'https://inventory.test',
    accept: [clientCertificate({ trustBundle, forwarded })],
    audit: memorySink(),
  });
}

test('what runs before the hooks of the plugin sees none', async () => {
  const seen: Record<string, unknown> = {};
  const note = (name: string, { headers }: { readonly headers: object }): void => {
    seen[name] = 'client-cert' in headers;
  };
  const options: FastifyServerOptions = {
    logger: {
      serializers: { req: (request) => (note('log', request), {}) },
      stream: { write: () => {} },
    },
    rewriteUrl: (request) => (note('rewriteUrl', request), request.url ?? '/'),
    frameworkErrors: (_error, request, reply) => {
      note('frameworkErrors', request);
      reply.raw.writeHead(400).end();
    },
  };
  const app = fastify(options);
  app.addHook('onRequest', async (request) => note('an earlier hook', request));
  await app.register(serviceAuth, { auth: await serviceBehindProxy() });
  app.get('/health', { config: { public: 'liveness probe' } }, async (request) => note('a public route', request));
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  for (const path of ['/health', '/%zz']) {
    await new Promise((resolve) => {
      httpRequest({ port, path, headers: { 'Client-Cert': ':AQID:' }, agent: false }, (response) => {
        response.resume().on('end', resolve);
      }).end();
    });
  }
  await app.close();
  expect(seen).toEqual({
    log: false,
    rewriteUrl: false,
    'an earlier hook': false,
    'a public route': false,
    frameworkErrors: false,
  });
});
