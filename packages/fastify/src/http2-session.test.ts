/** One HTTP/2 session has one certificate and many requests, each with a token of its own or none. */
import { connect, type ClientHttp2Session } from 'node:http2';
import {
  accessToken,
  clientCertificate,
  createServiceAuth,
  createTlsOptions,
  memorySink,
  Secret,
} from '@countersign/core';
import { createTestAuthority, createTokenMinter } from '@countersign/testing';
import fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { callerOf, currentCaller, serviceAuth } from './index.ts';

const audience = 'https://inventory.test';
const orders = 'spiffe://prod.test/orders';
const web = 'spiffe://prod.test/web';

async function served() {
  const authority = await createTestAuthority({ trustDomain: 'prod.test' });
  const minter = await createTokenMinter({ issuer: 'https://issuer.test', audience });
  const oauth = (client: string): string => `oauth:${minter.issuer}#${client}`;
  const sink = memorySink();
  const auth = createServiceAuth({
    service: 'spiffe://prod.test/inventory',
    audience,
    accept: [
      clientCertificate({ trustBundle: authority.bundle }),
      accessToken({ issuer: minter.issuer, jwks: minter.jwks }),
    ],
    aliases: { [orders]: [oauth('orders')], [web]: [oauth('web')] },
    audit: sink,
  });
  const server = await authority.issue({ id: 'spiffe://prod.test/inventory', dnsNames: ['localhost'] });
  const tls = createTlsOptions({
    key: new Secret(server.keyPem),
    certificate: server.certificatePem,
    trustBundles: [authority.bundle],
    clientCertificate: 'permissive',
  });
  const app = fastify({ http2: true, https: { ...tls, allowHTTP1: false } });
  await app.register(serviceAuth, { auth });
  app.get('/whoami', { config: { allow: { anyCaller: 'every workload of the test' } } }, async (request) => {
    const before = currentCaller().id;
    await new Promise((turn) => setImmediate(turn));
    return [callerOf(request).id, before, currentCaller().id];
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(async () => {
    await app.close();
  });
  const { port } = app.server.address() as { readonly port: number };
  const dial = async (id?: string): Promise<ClientHttp2Session> => {
    const shown = id === undefined ? undefined : await authority.issue({ id });
    const session = connect(`https://localhost:${port}`, {
      ca: authority.bundlePem,
      ...(shown !== undefined && { key: shown.keyPem, cert: shown.certificatePem }),
    });
    onTestFinished(() => session.destroy());
    return session;
  };
  const token = (client: string): Promise<string> => minter.mint({ claims: { client_id: client, sub: client } });
  return { dial, token, events: sink.events };
}

function ask(session: ClientHttp2Session, token?: string): Promise<readonly [number, unknown]> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const stream = session.request({ ':path': '/whoami', ...authorization });
  return new Promise((resolve, reject) => {
    let status = 0;
    let text = '';
    stream.setEncoding('utf8');
    stream.on('response', ({ ':status': told }) => {
      status = told ?? 0;
    });
    stream.on('data', (chunk: string) => {
      text += chunk;
    });
    stream.on('error', reject);
    stream.on('end', () => resolve([status, JSON.parse(text)]));
  });
}

test('on a session without a certificate, each request is its own token, and one without is nobody', async () => {
  const { dial, token } = await served();
  const session = await dial();
  const tokens = { orders: await token('orders'), web: await token('web') };
  const rows = Array.from({ length: 30 }, (_, index) => (['orders', 'web', undefined] as const)[index % 3]);
  const answers = await Promise.all(rows.map((name) => ask(session, name && tokens[name])));
  for (const [index, [status, body]] of answers.entries()) {
    const name = rows[index];
    const id = name === 'orders' ? orders : web;
    if (name === undefined) expect(status).toBe(401);
    else expect([status, body]).toEqual([200, [id, id, id]]);
  }
});

test('on a session with a certificate, requests are its workload, and a token of another is a conflict', async () => {
  const { dial, token, events } = await served();
  const [ordersSession, webSession] = [await dial(orders), await dial(web)];
  const stolen = await token('orders');
  const answers = await Promise.all([
    ask(ordersSession),
    ask(webSession),
    ask(webSession, stolen),
    ask(ordersSession, stolen),
    ask(webSession),
  ]);
  expect(answers.map(([status]) => status)).toEqual([200, 200, 403, 200, 200]);
  const ids = answers.map(([status, body]) => (status === 200 ? (body as string[])[0] : status));
  expect(ids).toEqual([orders, web, 403, orders, web]);
  const reasons = events.flatMap((event) => event['event.reason'] ?? []);
  expect(reasons).toEqual(['IDENTITY_CONFLICT']);
});
