import {
  answerStatusOf,
  ServiceCallError,
  serverTls,
  type CallFaultCode,
  type CredentialSource,
  type ServiceClientOptions,
} from '@countersign/client';
import { ConfigurationError, Secret } from '@countersign/core';
import type { ErrorRequestHandler } from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startDownstream } from '../../../core/src/node/downstream.test-kit.ts';
import { allow, callerOf, serviceAuth } from '../index.ts';
import { call, majors, serve, world } from '../express.test-kit.ts';
import { serviceClientOf, serviceClients } from './service-clients.ts';

const credentials: CredentialSource = {
  bind: () => ({ credential: () => ({ scheme: 'Bearer', token: new Secret('ours') }) }),
};

async function optionsOf() {
  const { origin, bundlePem, seen } = await startDownstream();
  const tls = serverTls({ ca: bundlePem });
  const inventory: ServiceClientOptions = { baseUrl: origin, audience: origin, credentials, tls };
  return { inventory, seen };
}

/** The sample of docs/how-to/call-another-service.md. */
const answerCallFaults: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent || !(error instanceof ServiceCallError)) return next(error);
  const status = answerStatusOf(error);
  if (status === 401) response.set('www-authenticate', 'Bearer error="invalid_token"');
  response.status(status).end();
};
const expected = 'https://issuer.internal';
const challenge = 'Bearer error="invalid_token"';
const callFaultsToAnswer: readonly (readonly [CallFaultCode, readonly [number, string | undefined]])[] = [
  ['SUBJECT_EXPIRED', [401, challenge]],
  ['SCOPE_NOT_HELD', [403, undefined]],
  ['CREDENTIAL_UNAVAILABLE', [503, undefined]],
  ['CREDENTIAL_REFUSED', [500, undefined]],
];

describe.each(majors)('clients of an application of %s', (_name, express) => {
  it('are found by name in handlers, also in a mounted application, and on app.locals', async () => {
    const { inventory, seen } = await optionsOf();
    const [app, mounted] = [express(), express()];
    const { clients, close, ready } = serviceClients(app, { inventory });
    onTestFinished(close);
    await ready();
    app.use('/mounted', mounted);
    for (const one of [app, mounted]) {
      one.get('/stock', (request, response, next) => {
        const answer = serviceClientOf(request, 'inventory').fetch('/stock/42');
        answer.then(async (got) => response.json(await got.json()), next);
      });
    }
    const port = await serve(app);
    for (const path of ['/stock', '/mounted/stock']) {
      expect(await call(port, path)).toMatchObject({ status: 200, body: '{"ok":true}' });
    }
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer ours', 'Bearer ours']);
    expect(app.locals['serviceClients']).toBe(clients);
    await close();
    await expect(clients.inventory.fetch('/')).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
  });

  it.each(['payments', 'toString', '__proto__', ''])('that do not exist are a fault with the fix: %j', async (name) => {
    const { inventory } = await optionsOf();
    const app = express();
    onTestFinished(serviceClients(app, { inventory }).close);
    expect(() => serviceClientOf({ app } as never, name)).toThrow(ConfigurationError);
    expect(() => serviceClientOf({ app: express() } as never, 'inventory')).toThrow(/serviceClients\(app/);
  });

  it('are made once, and not at all with a fault', async () => {
    const { inventory } = await optionsOf();
    const app = express();
    expect(() => serviceClients(app, { inventory, payments: { ...inventory, audience: '' } })).toThrow(
      /payments\.audience/,
    );
    onTestFinished(serviceClients(app, { inventory }).close);
    expect(() => serviceClients(app, { inventory })).toThrow(/has its clients already/);
  });

  it.each(callFaultsToAnswer)('without an answer are told to our caller in its terms: %s', async (code, answered) => {
    const { inventory } = await optionsOf();
    const app = express();
    const failing = { bind: () => ({ credential: () => Promise.reject(new ServiceCallError(code, { expected })) }) };
    onTestFinished(serviceClients(app, { inventory: { ...inventory, credentials: failing } }).close);
    app.get('/stock', (request, response, next) => {
      serviceClientOf(request, 'inventory')
        .fetch('/stock/42')
        .then((answer) => response.json(answer.status), next);
    });
    app.use(answerCallFaults);
    const { status, headers, body } = await call(await serve(app), '/stock');
    expect([status, headers['www-authenticate'], body]).toEqual([...answered, '']);
  });

  it('row 87: pass no baggage on, and nobody believes it', async () => {
    const { inventory, seen } = await optionsOf();
    const { auth } = world();
    const app = express();
    onTestFinished(serviceClients(app, { inventory }).close);
    app.use(serviceAuth(auth, { atLeast: { scope: 'inventory:read' } }));
    app.get('/stock', allow({ scope: 'inventory:read' }), (request, response, next) => {
      const { id } = callerOf(request);
      serviceClientOf(request, 'inventory')
        .fetch('/stock')
        .then(() => response.json({ id }), next);
    });
    const port = await serve(app);
    const plain = await call(port, '/stock', { as: 'orders' });
    const baggage = 'countersign.caller=spiffe://prod.test/admin,countersign.subject=alice';
    const forged = await call(port, '/stock', { as: 'orders', headers: { baggage } });
    expect([plain.status, forged.body]).toEqual([200, plain.body]);
    expect(await call(port, '/stock', { headers: { baggage } })).toMatchObject({ status: 401 });
    expect(seen).toHaveLength(2);
    for (const { headers } of seen) {
      expect(headers['traceparent']).toMatch(/^00-/);
      expect(Object.keys(headers)).not.toContain('baggage');
      expect(headers.authorization).toBe('Bearer ours');
    }
  });
});
