import { createServer } from 'node:https';
import {
  clientCertificate,
  compileRequirement,
  ConfigurationError,
  createServiceAuth,
  createTlsOptions,
  memorySink,
  requestFactsOf,
  Secret,
} from '@countersign/core';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { brokenCertificates } from './broken-certificates.ts';
import { listenOnLoopback } from './listen-on-loopback.ts';
import { rawRequest } from './raw-request.ts';
import { createTestAuthority, type TestAuthority } from './test-authority.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A service that lets in one workload; answers the outcome and the reason of a request. */
async function serviceFor(authority: TestAuthority, id: string) {
  const audit = memorySink();
  const auth = createServiceAuth({
    service: `spiffe://${authority.trustDomain}/inventory`,
    audience: 'https://inventory.test',
    accept: [clientCertificate({ trustBundle: authority.bundle })],
    audit,
  });
  const identity = await authority.issue({
    uris: [`spiffe://${authority.trustDomain}/inventory`],
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
  });
  const tls = createTlsOptions({
    key: new Secret(identity.keyPem),
    certificate: identity.certificatePem,
    trustBundles: [authority.bundle],
    clientCertificate: 'permissive',
  });
  const requirement = compileRequirement({ caller: id }, 'the test');
  const server = createServer({ ...tls }, (request, response) => {
    void (async () => {
      const { outcome } = await auth.check(requestFactsOf(request, {}), requirement);
      response.end(`${outcome} ${audit.events.at(-1)?.['event.reason'] ?? ''}`);
    })();
  });
  const { port, close } = await listenOnLoopback(server);
  onTestFinished(async () => {
    await close();
    await auth.close();
  });
  return `https://127.0.0.1:${port}/`;
}

test.each([
  ['prod.test', '/orders'],
  ['evil.test', '/ns/shop/sa/orders'],
  ['10.7', '/x'],
  [`${'long.'.repeat(40)}test`, '/orders'],
])('of %s%s each one is refused with its reason, and a good one is not', async (trustDomain, path) => {
  const authority = await createTestAuthority({ trustDomain });
  const id = `spiffe://${trustDomain}${path}`;
  const url = await serviceFor(authority, id);
  const answerTo = async (identity: Awaited<ReturnType<TestAuthority['issue']>>): Promise<string> =>
    (await rawRequest({ url, identity, ca: authority.bundlePem })).body;
  const rows = await brokenCertificates({ authority, id });
  expect(rows.length).toBeGreaterThanOrEqual(50);
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  for (const { name, identity, reasons } of rows) {
    expect(
      reasons.map((reason) => `denied ${reason}`),
      name,
    ).toContain(await answerTo(identity));
  }
  expect(await answerTo(await authority.issue({ id }))).toBe('allowed ');
});

test('it asks for an authority and the id of a workload of its trust domain, and does not run in production', async () => {
  const authority = await createTestAuthority({ trustDomain: 'prod.test' });
  const id = 'spiffe://prod.test/orders';
  for (const wrong of [
    undefined,
    { id },
    { authority },
    { authority, id: 'orders' },
    { authority, id: 'spiffe://prod.test' },
    { authority, id: 'spiffe://dev.test/orders' },
    { authority, id, domain: 'prod.test' },
  ]) {
    await expect(brokenCertificates(wrong as never), JSON.stringify(wrong)).rejects.toBeInstanceOf(ConfigurationError);
  }
  vi.stubEnv('NODE_ENV', 'production');
  await expect(brokenCertificates({ authority, id })).rejects.toThrow(/NODE_ENV/);
});
