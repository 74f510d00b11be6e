import { describe, expect, test } from 'vitest';
import {
  day,
  issue,
  purposes,
  root,
  startOfTest,
  svid,
  usage,
  type CertificateOptions,
} from '../certificate/certificate.test-kit.ts';
import { listOf } from '../certificate/revocation-list.test-kit.ts';
import { trustBundle } from '../certificate/trust-bundle.ts';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { createMemoryRevocationStore } from '../store/memory-revocation-store.ts';
import { authority, bound, bundleOf, peerOf } from './client-certificate.test-kit.ts';
import type { ClientCertificateOptions } from './client-certificate-options.ts';
import { clientCertificate } from './client-certificate.ts';

const corpRoot = root({ name: 'corp' });
const partnerRoot = root({ name: 'partner' });
const corpBundle = trustBundle({ trustDomain: 'corp', pem: corpRoot.pem });
const corp = {
  name: 'corp',
  trustBundle: corpBundle,
  workloads: { 'orders.internal': 'spiffe://prod.test/orders', 'web.internal': 'spiffe://prod.test/web' },
} as const;
const partner = {
  name: 'partner',
  trustBundle: trustBundle({ trustDomain: 'partner', pem: partnerRoot.pem }),
  workloads: { 'shop.partner.test': 'spiffe://prod.test/shop' },
} as const;
const prod = bundleOf(authority);
const options: ClientCertificateOptions = { trustBundle: prod, pki: [corp, partner] };
const plain = (changes: CertificateOptions = {}, issuer = corpRoot) =>
  issue({ name: 'orders', issuer, dnsNames: ['orders.internal'], ...changes });
const id = 'spiffe://prod.test/orders';

describe('a certificate without SPIFFE ID', () => {
  const unknown = 'CERTIFICATE_UNTRUSTED certificate.dnsName';
  const violated = (check: string): string => `CERTIFICATE_PROFILE_VIOLATED certificate.${check}`;
  test.each([
    ['is the workload that its DNS name is mapped to', plain(), id],
    ['may have DNS names that nobody mapped besides', plain({ dnsNames: ['orders.test', 'orders.internal'] }), id],
    ['may live for a year', plain({ notAfter: startOfTest + day }), id],
    ['with a name that nobody mapped is nobody', plain({ dnsNames: ['stock.internal'] }), unknown],
    ['with a name below a mapped one is nobody', plain({ dnsNames: ['a.orders.internal'] }), unknown],
    ['with a name in other case is nobody', plain({ dnsNames: ['Orders.internal'] }), unknown],
    ['with a dot behind its name is nobody', plain({ dnsNames: ['orders.internal.'] }), unknown],
    ['with a wildcard is nobody', plain({ dnsNames: ['*.internal'] }), unknown],
    ['without a name is nobody', plain({ dnsNames: [] }), unknown],
    ['with a common name only is nobody', plain({ name: 'orders.internal', dnsNames: [] }), unknown],
    ['with the name of an inherited property is nobody', plain({ dnsNames: ['constructor'] }), unknown],
    [
      'with two mapped names is refused',
      plain({ dnsNames: ['orders.internal', 'web.internal'] }),
      'CERTIFICATE_IDENTITY_AMBIGUOUS certificate.dnsName',
    ],
    [
      'with mapped names of two PKIs is refused',
      plain({ dnsNames: ['orders.internal', 'shop.partner.test'] }),
      'CERTIFICATE_IDENTITY_AMBIGUOUS certificate.dnsName',
    ],
    [
      'with a URI besides is an SVID or nothing',
      plain({ uris: ['https://orders.internal'] }),
      'CERTIFICATE_IDENTITY_AMBIGUOUS certificate.uri',
    ],
    [
      'with a SPIFFE ID besides is judged by that',
      plain({ uris: ['spiffe://prod.test/web'] }),
      'CERTIFICATE_UNTRUSTED path',
    ],
    ['of another PKI is refused', plain({}, partnerRoot), 'CERTIFICATE_UNTRUSTED path'],
    ['of the authority of SVIDs is refused', plain({}, authority), 'CERTIFICATE_UNTRUSTED path'],
    ['for servers only is refused', plain({ purposes: [purposes.server] }), violated('extendedKeyUsage')],
    ['without purposes is refused', plain({ purposes: undefined }), violated('extendedKeyUsage')],
    ['that is a CA is refused', plain({ ca: true }), violated('basicConstraints')],
    ['that may not sign is refused', plain({ keyUsage: usage.keyAgreement }), violated('keyUsage')],
    ['that has ended is refused', plain({ notAfter: startOfTest - 1000 }), 'CERTIFICATE_EXPIRED notAfter'],
  ])('%s', async (_title, leaf, expected) => {
    expect(await bound(options).judge(peerOf(leaf))).toBe(expected);
  });

  test('gives evidence with the name of its PKI and the DNS name', async () => {
    expect(await bound(options).identify(peerOf(plain()))).toMatchObject({
      value: {
        workload: id,
        trustDomain: 'corp',
        evidence: { kind: 'client-certificate', trustDomain: 'corp', dnsName: 'orders.internal' },
      },
    });
  });

  test('is refused when its life is longer than its PKI is given, and told of nobody otherwise', async () => {
    const bounded = bound({ pki: [{ ...corp, maximumLifetimeSeconds: 3_600 }] });
    expect(await bounded.judge(peerOf(plain({ notAfter: startOfTest + day })))).toMatch(
      'CERTIFICATE_LIFETIME_TOO_LONG',
    );
    const free = bound({ pki: [corp] });
    expect(await free.judge(peerOf(plain({ notAfter: startOfTest + day })))).toBe(id);
    expect(free.notices).toEqual([]);
  });

  test('is revoked by the list of its PKI, and by an order that names the PKI', async () => {
    const leaf = plain();
    const { pem } = listOf({ issuer: corpRoot, revoked: [leaf] });
    const listed = trustBundle({ trustDomain: 'corp', pem: corpRoot.pem, crl: pem });
    const withList = bound({ pki: [{ ...corp, trustBundle: listed }] });
    expect(await withList.judge(peerOf(leaf))).toBe('CERTIFICATE_REVOKED certificate.serialNumber');
    expect(await withList.judge(peerOf(plain()))).toBe(id);
    const store = createMemoryRevocationStore({ clock: { monotonic: () => 0 } });
    const withStore = bound({ pki: [corp], revocation: store });
    store.revoke({ kind: 'workload', issuer: 'spiffe://corp', value: id }, 1000);
    expect(await withStore.judge(peerOf(leaf))).toBe(id);
    store.revoke({ kind: 'workload', issuer: 'pki:corp', value: id }, 1000);
    expect(await withStore.judge(peerOf(leaf))).toBe('CERTIFICATE_REVOKED revocation');
  });
});

describe('beside PKIs', () => {
  test('SVIDs are judged as ever', async () => {
    const { judge } = bound(options);
    expect(await judge(peerOf(svid(authority)))).toBe(id);
    expect(await judge(peerOf(svid(corpRoot)))).toBe('CERTIFICATE_UNTRUSTED path');
  });

  test('an authority of a PKI vouches for no SPIFFE ID, even when one source knows both', async () => {
    const find = (name: string) => [prod, corpBundle].find(({ trustDomain }) => trustDomain === name);
    const { judge } = bound({ trustBundle: { find }, pki: [{ ...corp, trustBundle: { find } }] });
    expect(await judge(peerOf(plain()))).toBe(id);
    const posing = svid(corpRoot, { uris: ['spiffe://corp/orders'] });
    expect(await judge(peerOf(posing))).toBe('CERTIFICATE_UNTRUSTED trustDomain');
  });

  test('without any trust domain no SPIFFE ID is known', async () => {
    expect(await bound({ pki: [corp] }).judge(peerOf(svid(authority)))).toBe('CERTIFICATE_UNTRUSTED trustDomain');
  });

  test('a source that answers the bundle of another is not believed', async () => {
    const { judge } = bound({ trustBundle: { find: () => partner.trustBundle } });
    expect(await judge(peerOf(svid(partnerRoot)))).toBe('CERTIFICATE_UNTRUSTED trustDomain');
  });
});

describe('wrong PKIs are a fault at start', () => {
  const workloads = (more: object): object => ({ pki: [{ ...corp, workloads: more }] });
  test.each([
    ['no list', { pki: corp }, ['CONFIG_MISSING pki']],
    ['an empty list', { pki: [] }, ['CONFIG_MISSING pki']],
    ['nothing in a list', { pki: [null] }, ['CONFIG_INVALID pki']],
    ['no name', { pki: [{ ...corp, name: undefined }] }, ['CONFIG_INVALID pki']],
    ['a name with upper case', { pki: [{ ...corp, name: 'Corp' }] }, ['CONFIG_INVALID pki']],
    ['no bundle', { pki: [{ ...corp, trustBundle: undefined }] }, ['CONFIG_MISSING pki.corp.trustBundle']],
    ['the bundle of another', { pki: [{ ...corp, trustBundle: prod }] }, ['CONFIG_CONFLICT pki.corp.trustBundle']],
    ['no workloads', workloads({}), ['CONFIG_MISSING pki.corp.workloads']],
    ['a wildcard', workloads({ '*.internal': id }), ['CONFIG_INVALID pki.corp.workloads']],
    ['a name in upper case', workloads({ 'Orders.internal': id }), ['CONFIG_INVALID pki.corp.workloads']],
    ['a workload that is no id', workloads({ 'orders.internal': 'orders' }), ['CONFIG_INVALID pki.corp.workloads']],
    ['a misspelt option', { pki: [{ ...corp, workload: {} }] }, ['CONFIG_UNKNOWN_OPTION pki.corp.workload']],
    [
      'a life of no time',
      { pki: [{ ...corp, maximumLifetimeSeconds: 0 }] },
      ['CONFIG_INVALID pki.corp.maximumLifetimeSeconds'],
    ],
    [
      'one name in two PKIs',
      { pki: [corp, { ...partner, workloads: { 'orders.internal': id } }] },
      ['CONFIG_CONFLICT pki.partner.workloads'],
    ],
    ['two PKIs of one name', { pki: [corp, { ...corp, workloads: { 'a.internal': id } }] }, ['CONFIG_CONFLICT pki']],
    [
      'the name of a trust domain',
      { trustBundle: trustBundle({ trustDomain: 'corp', pem: authority.pem }), pki: [corp] },
      ['CONFIG_CONFLICT pki'],
    ],
    [
      'a life that is a text',
      { trustBundle: prod, maximumLifetimeSeconds: '60' },
      ['CONFIG_INVALID maximumLifetimeSeconds'],
    ],
    ['a store that is none', { trustBundle: prod, revocation: {} }, ['CONFIG_INVALID revocation']],
    [
      'a waiver without a store',
      { trustBundle: prod, allowRevocationStoreOutage: { reason: 'a', owner: 'b', expires: '2026-12-01' } },
      ['CONFIG_CONFLICT allowRevocationStoreOutage'],
    ],
  ])('%s', (_title, given, expected) => {
    let thrown: unknown;
    try {
      clientCertificate(given as unknown as ClientCertificateOptions);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigurationError);
    expect((thrown as ConfigurationError).faults.map(({ code, option }) => `${code} ${option}`)).toEqual(expected);
  });
});
