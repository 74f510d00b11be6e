import { once } from 'node:events';
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { ConfigurationError, readSvidLeaf, verifyX509Svid } from '@countersign/core';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createTestAuthority } from '../test-authority.ts';
import { bundleDocument } from './bundle-document.ts';
import { createJwtSvidMinter } from './jwt-svid-minter.ts';
import { startBundleEndpoint, type BundleEndpointOptions } from './start-bundle-endpoint.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

async function started(options: Partial<BundleEndpointOptions> = {}) {
  const authority = await createTestAuthority({ trustDomain: 'prod.test' });
  const endpoint = await startBundleEndpoint({ authority, ...options });
  onTestFinished(() => endpoint.close());
  return { authority, endpoint };
}

test('the document has the authority by its certificate, the keys of tokens, sequence and refresh hint', async () => {
  const { authority, endpoint } = await started();
  const jwtSvids = createJwtSvidMinter({ trustDomain: 'prod.test' });
  const { bundlePem } = authority;
  endpoint.setDocument(bundleDocument({ bundlePem, jwtKeys: jwtSvids.bundle, sequence: 7, refreshHintSeconds: 60 }));
  const answer = await endpoint.fetch(endpoint.url);
  expect(answer.headers.get('content-type')).toBe('application/json');
  const document = (await answer.json()) as { keys: Record<string, unknown>[] };
  expect(document).toMatchObject({ spiffe_sequence: 7, spiffe_refresh_hint: 60 });
  const [certificate, token] = document.keys;
  expect(certificate).toMatchObject({ use: 'x509-svid', kty: 'EC', x5c: [expect.any(String)] });
  expect(certificate).not.toHaveProperty('kid');
  const [der] = (certificate?.['x5c'] ?? []) as string[];
  expect(new X509Certificate(Buffer.from(der ?? '', 'base64')).raw).toEqual(authority.bundle.authorities[0]?.raw);
  expect(token).toMatchObject({ use: 'jwt-svid', kid: jwtSvids.signingKey.keyId });
  expect(token).not.toHaveProperty('d');
  expect(endpoint.requests).toBe(1);
});

test('over https_web the server is known by its name, over https_spiffe by its id alone', async () => {
  const web = await started();
  expect((await (await web.endpoint.fetch(web.endpoint.url)).json()) as object).toMatchObject({ spiffe_sequence: 1 });
  expect(web.endpoint.endpointSpiffeId).toBeUndefined();

  const id = 'spiffe://prod.test/federation';
  const { authority, endpoint } = await started({ profile: 'https_spiffe', endpointSpiffeId: id });
  await expect(endpoint.fetch(endpoint.url)).rejects.toThrow(/altnames|Hostname/i);
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(endpoint.url).port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const certificate = socket.getPeerX509Certificate();
  socket.destroy();
  const leaf = readSvidLeaf(certificate as X509Certificate, { usage: 'server' });
  if (!leaf.ok) throw new Error(leaf.reason);
  const judged = verifyX509Svid({ leaf: leaf.value, intermediates: [], bundle: authority.bundle, now: Date.now() });
  expect(judged).toMatchObject({ ok: true, value: { spiffeId: { text: endpoint.endpointSpiffeId } } });
});

describe('an endpoint that misbehaves', () => {
  test('ends connections, answers with a status, redirects, and comes back', async () => {
    const { endpoint } = await started();
    endpoint.down();
    await expect(endpoint.fetch(endpoint.url)).rejects.toThrow(/socket|ECONNRESET/);
    endpoint.fail(503);
    expect((await endpoint.fetch(endpoint.url)).status).toBe(503);
    endpoint.redirect('http://localhost/bundle.json', 307);
    const redirected = await endpoint.fetch(endpoint.url);
    expect([redirected.status, redirected.headers.get('location')]).toEqual([307, 'http://localhost/bundle.json']);
    endpoint.recover();
    expect((await endpoint.fetch(endpoint.url)).status).toBe(200);
    expect(endpoint.requests).toBe(4);
  });

  test('sends what is no JSON, no document, of another type, or too long', async () => {
    const { endpoint } = await started();
    endpoint.setDocument('{"keys":');
    expect(await (await endpoint.fetch(endpoint.url)).text()).toBe('{"keys":');
    endpoint.setContentType('text/html');
    expect((await endpoint.fetch(endpoint.url)).headers.get('content-type')).toBe('text/html');
    endpoint.oversize(2_000_000);
    const answer = await endpoint.fetch(endpoint.url);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.text()).toHaveLength(2_000_000);
  });

  test.each(['request', 'beginning'] as const)('says nothing more after the %s', async (after) => {
    const { endpoint } = await started();
    endpoint.hang(after);
    const asked = endpoint.nextRequest();
    const controller = new AbortController();
    const answer = endpoint.fetch(endpoint.url, { signal: controller.signal });
    await asked;
    controller.abort();
    await expect(answer).rejects.toThrow(/abort/i);
  });

  test('has nothing at other paths, and nothing for other methods', async () => {
    const { endpoint } = await started();
    expect((await endpoint.fetch(`${endpoint.url}x`)).status).toBe(404);
    expect((await endpoint.fetch(endpoint.url, { method: 'POST' })).status).toBe(404);
  });
});

test.each<[string, Partial<BundleEndpointOptions>, readonly string[]]>([
  ['no authority', { authority: {} as never }, ['authority']],
  ['another profile', { profile: 'http' as never }, ['profile']],
  ['an id over https_web', { endpointSpiffeId: 'spiffe://prod.test/x' }, ['endpointSpiffeId']],
  ['a misspelt option', { sequence: 1 } as never, ['sequence']],
])('it does not start with %s', async (_title, options, faults) => {
  const error: unknown = await started(options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ConfigurationError);
  expect((error as ConfigurationError).faults.map(({ option }) => option)).toEqual(faults);
});

test('it does not start in production', async () => {
  const authority = await createTestAuthority({ trustDomain: 'prod.test' });
  vi.stubEnv('NODE_ENV', 'production');
  await expect(startBundleEndpoint({ authority })).rejects.toThrow(/NODE_ENV/);
});
