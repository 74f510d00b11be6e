import { describe, expect, test } from 'vitest';
import { hour, issue, root, startOfTest, svid, usage, type Issued } from '../certificate/certificate.test-kit.ts';
import { factsWith } from '../enforcement/pipeline.test-kit.ts';
import type { PeerCertificate } from '../credential/request-facts.ts';
import { trustBundle, type TrustBundle, type TrustBundleSource } from '../certificate/trust-bundle.ts';
import { otherPromise } from './other-promise.test-kit.ts';
import { authority, bound, bundleOf, peerOf } from './client-certificate.test-kit.ts';
import { clientCertificate } from './client-certificate.ts';

const other = root({ name: 'other' });
const prod = bundleOf(authority);
const partner = trustBundle({ trustDomain: 'partner.test', pem: other.pem });

const id = 'spiffe://prod.test/orders';

describe('a client certificate', () => {
  test('proves its SPIFFE ID, with evidence, and no longer than its whole path is valid', async () => {
    const inner = issue({ name: 'inner', issuer: authority, ca: true, notAfter: startOfTest + 1000 });
    const leaf = svid(inner);
    const outcome = await bound({ trustBundle: prod }).mechanism.authenticate(
      { kind: 'client-certificate', peer: peerOf(leaf, {}, inner) },
      factsWith(),
    );
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        workload: id,
        trustDomain: 'prod.test',
        actors: [],
        roles: [],
        expiresAt: startOfTest + 1000,
        assurance: 'high',
        evidence: { kind: 'client-certificate', workload: id, serialNumber: leaf.certificate.serialNumber },
      },
    });
    expect(outcome.ok && outcome.value.scopes.size).toBe(0);
  });

  test.each([
    ['that TLS did not accept', svid(authority), { tlsAuthorized: false }, 'CERTIFICATE_UNTRUSTED tls'],
    [
      'that TLS found expired',
      svid(authority),
      { tlsAuthorized: false, tlsError: 'CERT_HAS_EXPIRED' },
      'CERTIFICATE_EXPIRED tls',
    ],
    ['of another authority, though TLS accepted it', svid(other), {}, 'CERTIFICATE_UNTRUSTED path'],
    [
      'of a trust domain nobody trusts',
      svid(authority, { uris: ['spiffe://evil.test/orders'] }),
      {},
      'CERTIFICATE_UNTRUSTED trustDomain',
    ],
    [
      'of another trust domain that our authority signed',
      svid(authority, { uris: ['spiffe://partner.test/orders'] }),
      {},
      'CERTIFICATE_UNTRUSTED path',
    ],
    ['of ours that the other authority signed', svid(other, { name: 'mallory' }), {}, 'CERTIFICATE_UNTRUSTED path'],
    [
      'that signed itself, with the right id',
      issue({ uris: [id] }),
      { tlsAuthorized: false, tlsError: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
      'CERTIFICATE_UNTRUSTED tls',
    ],
    ['that signed itself, though TLS accepted it', issue({ uris: [id] }), {}, 'CERTIFICATE_UNTRUSTED path'],
    ['without a name', svid(authority, { uris: [], name: id }), {}, 'CERTIFICATE_IDENTITY_AMBIGUOUS certificate.uri'],
    [
      'without purposes',
      svid(authority, { purposes: undefined }),
      {},
      'CERTIFICATE_PROFILE_VIOLATED certificate.extendedKeyUsage',
    ],
    ['that is expired', svid(authority, { notAfter: startOfTest - 1000 }), {}, 'CERTIFICATE_EXPIRED notAfter'],
    ['that is not valid yet', svid(authority, { notBefore: startOfTest + 1000 }), {}, 'CERTIFICATE_EXPIRED notBefore'],
  ] satisfies [string, Issued, Partial<PeerCertificate>, string][])(
    'is refused %s',
    async (_title, leaf, more, expected) => {
      expect(await bound({ trustBundle: [prod, partner] }).judge(peerOf(leaf, more))).toBe(expected);
    },
  );

  test('is taken from each of two trust domains, by its own authority', async () => {
    const { judge } = bound({ trustBundle: [prod, partner] });
    expect(await judge(peerOf(svid(authority)))).toBe(id);
    const partners = svid(other, { uris: ['spiffe://partner.test/orders'] });
    expect(await judge(peerOf(partners))).toBe('spiffe://partner.test/orders');
  });

  test('is the only kind it judges', async () => {
    const { mechanism } = bound({ trustBundle: prod });
    expect(await mechanism.authenticate({ kind: 'bearer-token' } as never, factsWith())).toMatchObject({
      reason: 'CREDENTIAL_UNSUPPORTED',
    });
  });
});

describe('on a connection that stays open', () => {
  test('the certificate expires while it is in use, and stays expired', async () => {
    const { clock, judge } = bound({ trustBundle: prod });
    const peer = peerOf(svid(authority));
    expect(await judge(peer)).toBe(id);
    clock.at = startOfTest + hour;
    expect(await judge(peer)).toBe(id);
    clock.at += 1;
    expect(await judge(peer)).toBe('CERTIFICATE_EXPIRED notAfter');
    expect(await judge(peer)).toBe('CERTIFICATE_EXPIRED notAfter');
  });

  test('a clock that is set back, or answers no number, does not let a certificate in before its time', async () => {
    const { clock, judge } = bound({ trustBundle: prod });
    const peer = peerOf(svid(authority));
    expect(await judge(peer)).toBe(id);
    clock.at = startOfTest - 2 * hour;
    expect(await judge(peer)).toBe('CERTIFICATE_EXPIRED notBefore');
    clock.at = Number.NaN;
    expect(await judge(peer)).toBe('CERTIFICATE_EXPIRED notBefore');
    clock.at = startOfTest;
    expect(await judge(peer)).toBe(id);
  });

  test('the intermediate ends before the leaf', async () => {
    const inner = issue({ name: 'inner', issuer: authority, ca: true, notAfter: startOfTest + 1000 });
    const { clock, judge } = bound({ trustBundle: prod });
    const peer = peerOf(svid(inner), {}, inner);
    expect(await judge(peer)).toBe(id);
    clock.at = startOfTest + 2000;
    expect(await judge(peer)).toBe('CERTIFICATE_EXPIRED notAfter');
  });

  test('a renewed authority of the same key takes over from the one that ended', async () => {
    const old = root({ notAfter: startOfTest + 1000 });
    const { clock, judge } = bound({ trustBundle: bundleOf(old, authority) });
    const peer = peerOf(svid(authority));
    expect(await judge(peer)).toBe(id);
    clock.at = startOfTest + 2000;
    expect(await judge(peer)).toBe(id);
  });

  test('a rotated bundle is verified against anew, in both directions', async () => {
    let current: TrustBundle | undefined = prod;
    const { judge } = bound({ trustBundle: { find: () => current } });
    const peer = peerOf(svid(authority));
    expect(await judge(peer)).toBe(id);
    current = bundleOf(other);
    expect(await judge(peer)).toBe('CERTIFICATE_UNTRUSTED path');
    expect(await judge(peer)).toBe('CERTIFICATE_UNTRUSTED path');
    current = bundleOf(other, authority);
    expect(await judge(peer)).toBe(id);
    current = undefined;
    expect(await judge(peer)).toBe('CERTIFICATE_UNTRUSTED trustDomain');
  });
});

describe('a source of bundles', () => {
  test.each([
    ['at once', { find: () => prod }],
    ['later', { find: async () => prod }],
    ['later, by a promise of another make', { find: () => otherPromise(prod) }],
  ])('answers %s', async (_title, source) => {
    expect(await bound({ trustBundle: source as TrustBundleSource }).judge(peerOf(svid(authority)))).toBe(id);
  });

  test('is asked for the trust domain that the certificate names', async () => {
    const asked: string[] = [];
    const find = (name: string) => void asked.push(name);
    await bound({ trustBundle: { find } as TrustBundleSource }).judge(peerOf(svid(authority)));
    expect(asked).toEqual(['prod.test']);
  });

  const broken = new Error('the agent is down');
  test.each([
    [
      'throws',
      () => {
        throw broken;
      },
      'TRUST_BUNDLE_UNAVAILABLE trustBundle',
    ],
    ['rejects', () => Promise.reject(broken), 'TRUST_BUNDLE_UNAVAILABLE trustBundle'],
    ['knows nothing', () => undefined, 'CERTIFICATE_UNTRUSTED trustDomain'],
    ['answers null', () => null, 'CERTIFICATE_UNTRUSTED trustDomain'],
    ['answers null later', () => Promise.resolve(null), 'CERTIFICATE_UNTRUSTED trustDomain'],
    [
      'answers the bundle of another trust domain',
      () => ({ ...prod, trustDomain: 'partner.test' }),
      'CERTIFICATE_UNTRUSTED trustDomain',
    ],
    ['answers an empty bundle', () => ({ ...prod, authorities: [] }), 'CERTIFICATE_UNTRUSTED path'],
  ])('that %s lets nobody in', async (_title, find, expected) => {
    const { judge } = bound({ trustBundle: { find: find as TrustBundleSource['find'] } });
    expect(await judge(peerOf(svid(authority)))).toBe(expected);
  });

  test('is not asked for a certificate that TLS did not accept', async () => {
    let asked = 0;
    const find = () => {
      asked += 1;
      return prod;
    };
    await bound({ trustBundle: { find } }).judge(peerOf(svid(authority), { tlsAuthorized: false }));
    expect(asked).toBe(0);
  });
});

describe('a waiver for missing purposes', () => {
  const waiver = { reason: 'old CA', owner: 'platform', expires: '2026-11-24' };
  const endOfDay = Date.parse('2026-11-25T00:00:00Z');
  const leaf = svid(authority, { purposes: undefined, notAfter: endOfDay + hour });
  const longAuthority = root({ notAfter: endOfDay + hour });
  const options = { trustBundle: bundleOf(longAuthority), allowMissingExtendedKeyUsage: waiver };

  test('works until its date, also on a connection that stays open', async () => {
    const { clock, judge } = bound(options);
    const peer = peerOf(leaf);
    expect(await judge(peer)).toBe(id);
    clock.at = endOfDay - 1;
    expect(await judge(peer)).toBe(id);
    clock.at = endOfDay;
    expect(await judge(peer)).toBe('CERTIFICATE_PROFILE_VIOLATED certificate.extendedKeyUsage');
  });

  test('waives nothing else', async () => {
    const { judge } = bound(options);
    const keyUsage = usage.digitalSignature | usage.keyCertSign;
    expect(await judge(peerOf(svid(authority, { purposes: undefined, keyUsage })))).toBe(
      'CERTIFICATE_PROFILE_VIOLATED certificate.keyUsage',
    );
  });

  test('is told, and cannot be stretched afterwards', async () => {
    const changing = { ...waiver };
    const mechanism = clientCertificate({ ...options, allowMissingExtendedKeyUsage: changing });
    changing.expires = '2999-01-01';
    expect(mechanism.waivers).toEqual({ allowMissingExtendedKeyUsage: waiver });
  });
});
