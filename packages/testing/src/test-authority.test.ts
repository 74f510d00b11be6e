import { X509Certificate } from 'node:crypto';
import {
  ConfigurationError,
  readCertificateFields,
  readSvidLeaf,
  trustBundle,
  verifySvidChain,
  verifyX509Svid,
} from '@countersign/core';
import { afterEach, expect, test, vi } from 'vitest';
import type { CertificateRequest } from './certificate-request.ts';
import type { RevocationListRequest } from './issue-revocation-list.ts';
import type { PemIdentity } from './raw-request.ts';
import { createTestAuthority, type TestAuthority } from './test-authority.ts';

const id = 'spiffe://prod.test/orders';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** The certificates of an identity, leaf first. */
function chainOf({ certificatePem }: PemIdentity): [X509Certificate, ...X509Certificate[]] {
  const blocks = certificatePem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block)) as [X509Certificate, ...X509Certificate[]];
}

/** What core says of it, as the other side of a connection would. */
function judge(identity: PemIdentity, { bundle }: TestAuthority): unknown {
  const [first, ...intermediates] = chainOf(identity);
  const leaf = readSvidLeaf(first, { usage: 'client' });
  return leaf.ok ? verifyX509Svid({ leaf: leaf.value, intermediates, bundle, now: Date.now() }) : leaf;
}

test('a certificate of the authority is trusted, directly and through intermediates', async () => {
  const authority = await createTestAuthority({ trustDomain: 'prod.test' });
  expect(judge(await authority.issue({ id }), authority)).toMatchObject({
    ok: true,
    value: { spiffeId: { text: id } },
  });
  const first = await authority.issueIntermediate();
  const second = await first.issueIntermediate();
  const deep = await second.issue({ id });
  expect(chainOf(deep)).toHaveLength(3);
  expect(judge(deep, authority)).toMatchObject({ ok: true });
});

test.each<[string, CertificateRequest, string]>([
  ['two ids', { uris: [id, id] }, 'CERTIFICATE_IDENTITY_AMBIGUOUS'],
  ['no id', { commonName: 'orders' }, 'CERTIFICATE_IDENTITY_AMBIGUOUS'],
  ['another trust domain', { id: 'spiffe://evil.test/orders' }, 'CERTIFICATE_UNTRUSTED'],
  ['the end in the past', { id, lifetimeSeconds: -60 }, 'CERTIFICATE_EXPIRED'],
  ['the beginning in the future', { id, startsInSeconds: 600 }, 'CERTIFICATE_EXPIRED'],
  ['a CA', { id, isCa: true }, 'CERTIFICATE_PROFILE_VIOLATED'],
  ['a weak key', { id, key: 'rsa-1024' }, 'CERTIFICATE_PROFILE_VIOLATED'],
  ['a weak hash', { id, signatureHash: 'SHA-1' }, 'CERTIFICATE_PROFILE_VIOLATED'],
])('a certificate with %s is written as asked, and refused', async (_case, request, reason) => {
  const authority = await createTestAuthority({ trustDomain: 'prod.test' });
  expect(judge(await authority.issue(request), authority)).toMatchObject({ ok: false, reason });
});

test('another authority of the same trust domain is not this one', async () => {
  const authority = await createTestAuthority({ trustDomain: 'prod.test' });
  const impostor = await createTestAuthority({ trustDomain: 'prod.test' });
  const refused = { ok: false, reason: 'CERTIFICATE_UNTRUSTED' };
  expect(judge(await impostor.issue({ id }), authority)).toMatchObject(refused);
  const belowImpostor = await impostor.issueIntermediate();
  expect(judge(await belowImpostor.issue({ id }), authority)).toMatchObject(refused);
});

test.each<[NonNullable<CertificateRequest['key']>, string]>([
  ['ec-p256', 'ec'],
  ['rsa-2048', 'rsa'],
  ['ed25519', 'ed25519'],
])('a key of type %s belongs to its certificate', async (key, type) => {
  const authority = await createTestAuthority({ trustDomain: 'prod.test' });
  const identity = await authority.issue({ id, key });
  const [leaf] = chainOf(identity);
  expect(leaf.publicKey.asymmetricKeyType).toBe(type);
  expect(judge(identity, authority)).toMatchObject({ ok: true });
});

test('names go into the certificate byte for byte', async () => {
  const authority = await createTestAuthority({ trustDomain: 'prod.test' });
  const long = `spiffe://prod.test/${'x'.repeat(400)}`;
  const identity = await authority.issue({
    uris: [long, 'a,URI:b'],
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
  });
  const [leaf] = chainOf(identity);
  expect(readCertificateFields(leaf.raw)).toMatchObject({
    ok: true,
    fields: { uris: [long, 'a,URI:b'], dnsNames: ['localhost'] },
  });
  expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(leaf.checkIP('127.0.0.2')).toBeUndefined();
});

test('it does not start in production, and asks for a real trust domain', async () => {
  await expect(createTestAuthority({ trustDomain: 'Prod.test' })).rejects.toThrow(ConfigurationError);
  vi.stubEnv('NODE_ENV', 'production');
  await expect(createTestAuthority({ trustDomain: 'prod.test' })).rejects.toThrow(/NODE_ENV/);
});

test('a revocation list of an authority revokes what it names, while it is current', async () => {
  const { trustDomain, bundlePem, ...authority } = await createTestAuthority({ trustDomain: 'prod.test' });
  const [one, other] = [await authority.issue({ id }), await authority.issue({ id })];
  const judged = async (identity: PemIdentity, request: RevocationListRequest): Promise<unknown> => {
    const crl = await authority.issueRevocationList(request);
    const bundle = trustBundle({ trustDomain, pem: bundlePem, crl });
    const outcome = verifySvidChain(identity.certificatePem, { trustBundle: bundle, now: Date.now(), usage: 'client' });
    return outcome.ok ? 'trusted' : outcome.reason;
  };
  expect(await judged(one, { revoked: [one] })).toBe('CERTIFICATE_REVOKED');
  expect(await judged(other, { revoked: [one] })).toBe('trusted');
  expect(await judged(one, {})).toBe('trusted');
  expect(await judged(one, { lifetimeSeconds: -60 })).toBe('REVOCATION_LIST_UNAVAILABLE');
  expect(await judged(one, { startsInSeconds: 60 })).toBe('REVOCATION_LIST_UNAVAILABLE');
});

test.each<[string, CertificateRequest, string]>([
  ['a path length of 0, over a leaf', { pathLength: 0 }, 'trusted'],
  ['names that it may speak for', { permittedNames: { uris: ['prod.test'] } }, 'trusted'],
  ['other names that it may not speak for', { excludedNames: { uris: ['dev.test'], dnsNames: ['a.test'] } }, 'trusted'],
  [
    'other names that it may speak for',
    { permittedNames: { uris: ['dev.test', '.dev.test'] } },
    'CERTIFICATE_UNTRUSTED',
  ],
  ['names that it may not speak for', { excludedNames: { uris: ['prod.test'] } }, 'CERTIFICATE_UNTRUSTED'],
])('an intermediate can have %s', async (_case, request, expected) => {
  const authority = await createTestAuthority({ trustDomain: 'prod.test' });
  const identity = await (await authority.issueIntermediate(request)).issue({ id });
  const wanted = { trustBundle: authority.bundle, now: Date.now(), usage: 'client' } as const;
  const outcome = verifySvidChain(identity.certificatePem, wanted);
  expect(outcome.ok ? 'trusted' : outcome.reason).toBe(expected);
});
