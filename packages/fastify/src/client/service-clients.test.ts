import { ConfigurationError, Secret } from '@countersign/core';
import { answerStatusOf, ServiceCallError, serverTls, type CallFaultCode } from '@countersign/client';
import type { CredentialSource, ServiceClient, ServiceClientOptions } from '@countersign/client';
import fastify, { type FastifyInstance } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startDownstream } from '../../../core/src/node/downstream.test-kit.ts';
import { call, serve } from '../fastify.test-kit.ts';
import { serviceClients, serviceClientsReady, type ServiceClientRegistry } from './service-clients.ts';

declare module './service-clients.ts' {
  interface ServiceClientRegistry {
    readonly inventory: ServiceClient;
  }
}

const credentials: CredentialSource = {
  bind: () => ({ credential: () => ({ scheme: 'Bearer', token: new Secret('ours') }) }),
};

async function optionsOf(changes: Partial<ServiceClientOptions> = {}) {
  const { origin, bundlePem, seen } = await startDownstream();
  const options = { baseUrl: origin, audience: origin, credentials, tls: serverTls({ ca: bundlePem }), ...changes };
  return { inventory: options as ServiceClientOptions, seen };
}

function application(): FastifyInstance {
  const app = fastify();
  onTestFinished(() => void app.close());
  return app;
}

describe('clients of a Fastify application', () => {
  it('are at hand in every handler, plugins of its own included, and carry their token', async () => {
    const { inventory, seen } = await optionsOf();
    const app = application();
    await app.register(serviceClients, { clients: { inventory } });
    await app.register(async (child) => {
      child.get('/stock', async function (this: FastifyInstance) {
        return (await this.serviceClients.inventory.fetch('/stock/42')).json();
      });
    });
    const { status, body } = await call(await serve(app), '/stock');
    expect([status, body]).toEqual([200, '{"ok":true}']);
    expect(seen.map(({ url, headers }) => [url, headers.authorization])).toEqual([['/stock/42', 'Bearer ours']]);
  });

  it('say whether they are ready', async () => {
    const app = application();
    await expect(serviceClientsReady(app)).rejects.toThrow('is not registered here');
    await app.register(serviceClients, { clients: { inventory: (await optionsOf()).inventory } });
    await serviceClientsReady(app);
    const failing = { bind: () => ({ credential: () => Promise.reject(new Error('down')) }) };
    const other = application();
    await other.register(serviceClients, {
      clients: { inventory: (await optionsOf({ credentials: failing })).inventory },
    });
    await expect(serviceClientsReady(other)).rejects.toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE' });
  });

  it('close with it, after its last request', async () => {
    const { inventory } = await optionsOf();
    const app = application();
    await app.register(serviceClients, { clients: { inventory } });
    const statuses: number[] = [];
    app.get('/', async () => {
      // The application is told to close while this request runs.
      closing ??= app.close();
      statuses.push((await clients.inventory.fetch('/')).status);
      return {};
    });
    let closing: PromiseLike<unknown> | undefined;
    const clients: ServiceClientRegistry = app.serviceClients;
    await call(await serve(app), '/');
    await closing;
    expect(statuses).toEqual([200]);
    await expect(clients.inventory.fetch('/')).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
  });

  it.each<readonly [string, object, string]>([
    ['no client', {}, 'clients'],
    ['a fault of a client', { inventory: { baseUrl: 'http://x', audience: 'x', credentials } }, 'inventory.baseUrl'],
    ['clients that are no object', { inventory: undefined }, 'inventory.options'],
  ])('keep it from starting when they are wrong: %s', async (_name, clients, option) => {
    const app = application();
    const fault = await app.register(serviceClients, { clients: clients as never }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(fault).toBeInstanceOf(ConfigurationError);
    expect((fault as ConfigurationError).faults.map((one) => one.option)).toContain(option);
  });

  // The sample of docs/how-to/call-another-service.md.
  it.each<readonly [CallFaultCode, number, string | undefined]>([
    ['SUBJECT_EXPIRED', 401, 'Bearer error="invalid_token"'],
    ['SCOPE_NOT_HELD', 403, undefined],
    ['CREDENTIAL_UNAVAILABLE', 503, undefined],
    ['CREDENTIAL_REFUSED', 500, undefined],
  ])('without an answer are told to our caller in its terms: %s', async (code, expected, challenge) => {
    const detail = { expected: 'https://issuer.internal' };
    const failing = { bind: () => ({ credential: () => Promise.reject(new ServiceCallError(code, detail)) }) };
    const app = application();
    await app.register(serviceClients, {
      clients: { inventory: (await optionsOf({ credentials: failing })).inventory },
    });
    app.setErrorHandler(async (error, request, reply) => {
      if (!(error instanceof ServiceCallError)) throw error;
      request.log.error(error);
      const status = answerStatusOf(error);
      if (status === 401) reply.header('www-authenticate', 'Bearer error="invalid_token"');
      return reply.code(status).send();
    });
    app.get('/stock', async () => (await app.serviceClients.inventory.fetch('/stock/42')).json());
    const { status, headers, body } = await call(await serve(app), '/stock');
    expect([status, headers['www-authenticate'], body]).toEqual([expected, challenge, '']);
  });

  it('are registered once', async () => {
    const { inventory } = await optionsOf();
    const app = application();
    await app.register(serviceClients, { clients: { inventory } });
    await expect(app.register(serviceClients, { clients: { inventory } })).rejects.toThrow(/registered twice/);
  });
});
