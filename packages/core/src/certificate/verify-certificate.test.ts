import { describe, expect, test } from 'vitest';
import {
  der,
  ecdsa,
  extension,
  ids,
  issue,
  keysOf,
  purposes,
  root,
  rsa,
  rsaPss,
  startOfTest,
  svid,
  text,
  usage,
  type CertificateOptions,
  type Issued,
} from './certificate.test-kit.ts';
import { readSvidLeaf, verifyX509Svid, type LeafUsage } from './verify-certificate.ts';

const authority = root();
const client: LeafUsage = { usage: 'client' };

function read(options: CertificateOptions, leafUsage: LeafUsage = client): string {
  const outcome = readSvidLeaf(svid(authority, options).certificate, leafUsage);
  return outcome.ok ? outcome.value.spiffeId.text : `${outcome.reason} ${outcome.detail.check}`;
}

const id = 'spiffe://prod.test/orders';
const names = (...list: Buffer[]): CertificateOptions => ({
  uris: [],
  extensions: (good) => [...good, extension(ids.subjectAltName, der(0x30, ...list))],
});

describe('the leaf of an X.509-SVID', () => {
  test.each([
    ['as it should be', {}],
    ['with DNS names beside its id', { dnsNames: ['orders.test', 'orders'] }],
    ['with a mail address beside its id', names(text(0x81, 'a@b.test'), text(0x86, id))],
    ['for clients only', { purposes: [purposes.client] }],
    ['with more purposes', { purposes: [purposes.codeSigning, purposes.client] }],
    ['with key agreement besides', { keyUsage: usage.digitalSignature | usage.keyAgreement }],
    ['without a subject', { name: '' }],
    ['with an Ed25519 key', { keys: keysOf('ed25519') }],
    ['with an RSA key', { keys: keysOf('rsa-2048') }],
  ])('is taken %s', (_title, options) => {
    expect(read(options)).toBe(id);
  });

  const ambiguous = 'CERTIFICATE_IDENTITY_AMBIGUOUS certificate.uri';
  const violated = (check: string) => `CERTIFICATE_PROFILE_VIOLATED certificate.${check}`;
  const rows: readonly (readonly [string, CertificateOptions, string])[] = [
    ['without a name, whatever its common name says', { uris: [], name: id }, ambiguous],
    ['with a DNS name only', { uris: [], dnsNames: ['orders.test'] }, ambiguous],
    ['with two ids', { uris: [id, 'spiffe://prod.test/admin'] }, ambiguous],
    ['with the same id twice', { uris: [id, id] }, ambiguous],
    ['with a second URI of another scheme', { uris: [id, 'https://orders.test/'] }, ambiguous],
    ['with a URI that is the name of a host (CVE-2021-44531)', { uris: ['https://orders.test'] }, ambiguous],
    [
      'with text that poses as a second name (CVE-2021-44532)',
      { uris: [`${id},URI:spiffe://prod.test/admin`] },
      ambiguous,
    ],
    ['with an id inside a DNS name', { uris: [], dnsNames: [`a,URI:${id}`] }, ambiguous],
    ['with an id in upper case', { uris: ['spiffe://PROD.test/orders'] }, ambiguous],
    ['with a dot segment in its id', { uris: ['spiffe://prod.test/a/../orders'] }, ambiguous],
    ['with the id of a trust domain', { uris: ['spiffe://prod.test'] }, violated('uri')],
    [
      'with a NUL in its id (CVE-2025-66220)',
      names(text(0x86, `${id}\0.evil.test`)),
      violated('a name with bytes outside visible ASCII'),
    ],
    [
      'with a NUL in a DNS name beside it',
      names(text(0x86, id), text(0x82, 'a.test\0b')),
      violated('a name with bytes outside visible ASCII'),
    ],
    [
      'that is a CA',
      { ca: true, keyUsage: usage.digitalSignature, purposes: [purposes.client] },
      violated('basicConstraints'),
    ],
    ['without key usage', { keyUsage: undefined }, violated('keyUsage')],
    ['with a key usage that is not critical', { keyUsageCritical: false }, violated('keyUsage')],
    ['with keyCertSign', { keyUsage: usage.digitalSignature | usage.keyCertSign }, violated('keyUsage')],
    ['with cRLSign', { keyUsage: usage.digitalSignature | usage.crlSign }, violated('keyUsage')],
    ['with key agreement instead of digitalSignature', { keyUsage: usage.keyAgreement }, violated('keyUsage')],
    ['without purposes', { purposes: undefined }, violated('extendedKeyUsage')],
    ['for servers only', { purposes: [purposes.server] }, violated('extendedKeyUsage')],
    ['for any purpose', { purposes: [purposes.any] }, violated('extendedKeyUsage')],
    [
      'with a critical extension nobody knows',
      { extensions: (good) => [...good, extension('1.3.6.1.4.1.99999.1', der(0x05), true)] },
      violated('criticalExtension'),
    ],
    ['with a key of 1024 bits', { keys: keysOf('rsa-1024') }, violated('publicKey')],
    ['with a key on a strange curve', { keys: keysOf('secp256k1') }, violated('publicKey')],
    ['signed over SHA-1', { signing: ecdsa('sha1') }, violated('signatureAlgorithm')],
    ['whose two algorithms differ', { outerAlgorithm: ecdsa('sha384').identifier }, violated('signature algorithm')],
  ];
  test.each(rows)('is refused %s', (_title, options, expected) => {
    expect(read(options)).toBe(expected);
  });

  test('is refused when it is signed with RSA-PSS over SHA-1, also where that is the default', () => {
    const rsaRoot = root({ name: 'rsa-root', keys: keysOf('rsa-2048'), signing: rsa('sha256') });
    const judged = (signing: ReturnType<typeof rsaPss>) =>
      readSvidLeaf(svid(rsaRoot, { signing }).certificate, client).ok;
    expect([rsaPss('sha256'), rsaPss('sha384'), rsaPss('sha1'), rsaPss()].map(judged)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('must be for servers when a server shows it', () => {
    const server: LeafUsage = { usage: 'server' };
    expect(read({ purposes: [purposes.server] }, server)).toBe(id);
    expect(read({ purposes: [purposes.client] }, server)).toBe(violated('extendedKeyUsage'));
  });

  test('may go without purposes only when that is permitted, and never with wrong ones', () => {
    const lax: LeafUsage = { usage: 'client', allowMissingExtendedKeyUsage: true };
    expect(read({ purposes: undefined }, lax)).toBe(id);
    expect(read({ purposes: [purposes.server] }, lax)).toBe(violated('extendedKeyUsage'));
    expect(read({ purposes: [purposes.any] }, lax)).toBe(violated('extendedKeyUsage'));
    expect(read({ purposes: undefined }, { ...lax, allowMissingExtendedKeyUsage: false })).toBe(
      violated('extendedKeyUsage'),
    );
  });
});

describe('an X.509-SVID is trusted', () => {
  function verify(issuer: Issued, trustDomain: string, authorities: readonly Issued[]) {
    const leaf = readSvidLeaf(svid(issuer).certificate, client);
    if (!leaf.ok) throw new Error(leaf.detail.check);
    const bundle = { trustDomain, authorities: authorities.map(({ certificate }) => certificate), revocationLists: [] };
    return verifyX509Svid({ leaf: leaf.value, intermediates: [], bundle, now: startOfTest });
  }

  test('for its id, with its fingerprint, serial number and window', () => {
    const outcome = verify(authority, 'prod.test', [authority]);
    expect(outcome).toMatchObject({ ok: true, value: { spiffeId: { text: id, trustDomain: 'prod.test' } } });
    if (!outcome.ok) return;
    expect(outcome.value.sha256).toMatch(/^[0-9A-F]{64}$/);
    expect(outcome.value.serialNumber).toMatch(/^[0-9A-F]+$/);
    expect(outcome.value.notBefore).toBeLessThan(startOfTest);
    expect(outcome.value.notAfter).toBeGreaterThan(startOfTest);
  });

  test.each([
    [
      'the bundle of another trust domain, although it holds the right authority',
      'other.test',
      [authority],
      'trustDomain',
    ],
    ['the authority of another trust domain', 'prod.test', [root({ name: 'other' })], 'path'],
    ['an empty bundle: everything is revoked', 'prod.test', [], 'path'],
  ])('not with %s', (_title, trustDomain, authorities, check) => {
    expect(verify(authority, trustDomain, authorities)).toMatchObject({
      ok: false,
      reason: 'CERTIFICATE_UNTRUSTED',
      detail: { check },
    });
  });

  test('not when it signed itself', () => {
    const selfSigned = issue({ uris: [id] });
    const leaf = readSvidLeaf(selfSigned.certificate, client);
    if (!leaf.ok) throw new Error(leaf.detail.check);
    for (const authorities of [[authority], [authority, selfSigned]]) {
      const trusted = authorities.map(({ certificate }) => certificate);
      const bundle = { trustDomain: 'prod.test', authorities: trusted, revocationLists: [] };
      expect(verifyX509Svid({ leaf: leaf.value, intermediates: [], bundle, now: startOfTest }).ok).toBe(false);
    }
  });
});
