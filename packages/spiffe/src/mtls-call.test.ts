/** Two workloads that call each other over mutual TLS, each with its identity from the Workload API. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { createServiceClient, mtls } from '@countersign/client';
import {
  clientCertificate,
  compileRequirement,
  createServiceAuth,
  createTlsOptions,
  guardConnections,
  memorySink,
  requestFactsOf,
} from '@countersign/core';
import { startWorkloadApi, type TestWorkloadApi } from '@countersign/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from './fake-runtime.test-kit.ts';
import { createX509Source, type X509Source } from './index.ts';

const orders = 'spiffe://prod.test/orders';
const inventory = 'spiffe://prod.test/inventory';
const edge = 'spiffe://prod.test/edge';

let api: TestWorkloadApi;
const ending: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  api = await startWorkloadApi({ workloads: [{ id: orders }, { id: inventory }, { id: edge }] });
});
afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end();
  await api.close();
});

async function sourceOf(spiffeId: string): Promise<X509Source> {
  const source = createX509Source({ endpoint: api.endpoint, pick: { spiffeId } });
  ending.push(() => source.close());
  await source.ready();
  return source;
}

/** A service that answers the serial number of its caller's certificate. */
async function startInventory(source?: X509Source): Promise<string> {
  source ??= await sourceOf(inventory);
  const auth = createServiceAuth({
    service: inventory,
    audience: inventory,
    accept: [clientCertificate({ trustBundle: source })],
    audit: memorySink(),
  });
  const requirement = compileRequirement({ caller: orders }, 'GET /stock');
  const tls = createTlsOptions({ identity: source, trustBundles: source, clientCertificate: 'required' });
  const server = createServer(tls, (request, response) => {
    void Promise.resolve(auth.check(requestFactsOf(request), requirement)).then((verdict) => {
      const serial = (request.socket as TLSSocket).getPeerX509Certificate()?.serialNumber;
      response.writeHead(verdict.outcome === 'allowed' ? 200 : verdict.outcome === 'denied' ? 403 : 500).end(serial);
    });
  });
  guardConnections(auth, server, tls);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ending.push(async () => {
    await auth.close();
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function clientWith(source: X509Source, baseUrl: string) {
  const tls = mtls({ identity: source, server: inventory, trustBundle: source });
  const client = createServiceClient({ baseUrl, audience: inventory, tls });
  ending.push(() => client.close());
  return client;
}

test('no call fails while certificates are replaced, and each new one is shown', async () => {
  const client = clientWith(await sourceOf(orders), await startInventory());
  const call = async (): Promise<string> => {
    const response = await client.fetch('/stock');
    expect(response.status).toBe(200);
    return response.text();
  };
  const seen = new Set([await call()]);
  let isOver = false;
  const load = [1, 2, 3].map(async () => {
    while (!isOver) await call();
  });
  for (let turn = 0; turn < 3; turn += 1) {
    await api.rotate();
    let serial = await call();
    while (seen.has(serial)) serial = await call();
    seen.add(serial);
  }
  isOver = true;
  await Promise.all(load);
  expect(seen.size).toBe(4);
});

test('calls go on under a new authority, and after the old one was withdrawn', async () => {
  const source = await sourceOf(orders);
  const server = await sourceOf(inventory);
  const client = clientWith(source, await startInventory(server));
  expect((await client.fetch('/stock')).status).toBe(200);
  const trusting = (count: number) => () =>
    [source, server].every((one) => one.find('prod.test')?.authorities.length === count);
  await api.publishAuthority();
  await until(trusting(2));
  const before = source.find();
  expect((await client.fetch('/stock')).status).toBe(200);
  await api.activateAuthority();
  await until(() => source.find() !== before);
  expect((await client.fetch('/stock')).status).toBe(200);
  api.withdrawOldAuthorities();
  await until(trusting(1));
  expect((await client.fetch('/stock')).status).toBe(200);
});

test('a caller with the identity of another workload is known as that, and refused', async () => {
  const client = clientWith(await sourceOf(edge), await startInventory());
  expect((await client.fetch('/stock')).status).toBe(403);
});

test('a server with the identity of another workload is not talked to', async () => {
  const client = clientWith(await sourceOf(orders), await startInventory(await sourceOf(edge)));
  await expect(client.fetch('/stock')).rejects.toMatchObject({ code: 'SERVER_UNTRUSTED' });
});

test('a caller whose identity was withdrawn shows none', async () => {
  const source = await sourceOf(orders);
  const client = clientWith(source, await startInventory());
  expect((await client.fetch('/stock')).status).toBe(200);
  await api.setWorkloads([{ id: inventory }]);
  await until(() => source.find() === undefined);
  await expect(client.fetch('/stock')).rejects.toMatchObject({ requestSent: 'never' });
});
