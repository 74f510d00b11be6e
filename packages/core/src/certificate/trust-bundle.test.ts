import { describe, expect, test } from 'vitest';
import { root, svid } from './certificate.test-kit.ts';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { listDer, listOf } from './revocation-list.test-kit.ts';
import { trustBundle, trustBundles, type TrustBundle, type TrustBundleOptions } from './trust-bundle.ts';

const authority = root();
const second = root({ name: 'second' });
const leaf = svid(authority);

function faultsOf(make: () => unknown): readonly string[] {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as ConfigurationError).faults.map(({ code, option }) => `${code} ${option}`);
  }
  return [];
}

describe('a trust bundle', () => {
  const trustDomain = 'prod.test';

  test.each([
    ['one certificate', authority.pem, 1],
    ['two in one text', authority.pem + second.pem, 2],
    ['two texts', [authority.pem, second.pem], 2],
    ['text around them', `# the root - since 2026\n${authority.pem}\n# the next\n${second.pem}`, 2],
    ['Windows line ends', authority.pem.replaceAll('\n', '\r\n'), 1],
  ])('is made of %s', (_title, pem, count) => {
    const bundle = trustBundle({ trustDomain, pem });
    expect(bundle.authorities).toHaveLength(count);
    expect(bundle.trustDomain).toBe(trustDomain);
    expect(Object.isFrozen(bundle) && Object.isFrozen(bundle.authorities)).toBe(true);
  });

  const encrypted =
    '-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n';
  test.each([
    ['nothing', undefined, ['CONFIG_MISSING pem']],
    ['an empty text', '', ['CONFIG_MISSING pem']],
    ['an empty list', [], ['CONFIG_MISSING pem']],
    ['a text without certificate', 'hello', ['CONFIG_MISSING pem']],
    ['the certificate of a workload', leaf.pem, ['CONFIG_INVALID pem']],
    ['a private key beside the root', authority.pem + leaf.keyPem, ['CONFIG_KEY_REFUSED pem']],
    ['an encrypted key beside the root', encrypted + authority.pem, ['CONFIG_KEY_REFUSED pem']],
    ['a second certificate that is cut off', authority.pem + second.pem.slice(0, 200), ['CONFIG_INVALID pem']],
    ['a first certificate that is cut off', second.pem.slice(0, 200) + authority.pem, ['CONFIG_INVALID pem']],
    [
      'a certificate with a broken inside',
      authority.pem + second.pem.replace(/MII../, 'AAAAA'),
      ['CONFIG_INVALID pem'],
    ],
    ['bytes', Buffer.from(authority.pem), ['CONFIG_INVALID pem', 'CONFIG_MISSING pem']],
    ['a number', 42, ['CONFIG_INVALID pem', 'CONFIG_MISSING pem']],
    ['null', null, ['CONFIG_INVALID pem', 'CONFIG_MISSING pem']],
    ['a list with something else in it', [authority.pem, 42], ['CONFIG_INVALID pem']],
  ])('is not made of %s', (_title, pem, faults) => {
    expect(faultsOf(() => trustBundle({ trustDomain, pem } as TrustBundleOptions))).toEqual(faults);
  });

  test.each([[''], ['Prod.test'], ['spiffe://prod.test'], ['prod.test/orders'], ['*'], [undefined]])(
    'is not made for the trust domain %j',
    (name) => {
      expect(faultsOf(() => trustBundle({ trustDomain: name as string, pem: authority.pem }))).toEqual([
        'CONFIG_INVALID trustDomain',
      ]);
    },
  );

  test('names every fault at once, misspelt options too, and no content', () => {
    const make = () => trustBundle({ trustDomain: '', pem: leaf.keyPem, trustdomain: 'x' } as never);
    expect(faultsOf(make)).toEqual([
      'CONFIG_UNKNOWN_OPTION trustdomain',
      'CONFIG_INVALID trustDomain',
      'CONFIG_KEY_REFUSED pem',
      'CONFIG_MISSING pem',
    ]);
    expect(make).not.toThrow(leaf.keyPem.split('\n')[1]);
    expect(faultsOf(() => trustBundle(undefined as never))).toEqual([
      'CONFIG_INVALID trustDomain',
      'CONFIG_MISSING pem',
    ]);
  });

  test('keeps an expired authority: others beside it still count', () => {
    const expired = root({ notBefore: 0, notAfter: 1000 });
    expect(trustBundle({ trustDomain, pem: expired.pem + authority.pem }).authorities).toHaveLength(2);
  });
});

describe('the revocation lists of a bundle', () => {
  const list = listOf({ issuer: authority });
  const make = (crl?: string | readonly string[]): TrustBundle =>
    trustBundle({ trustDomain: 'prod.test', pem: authority.pem, ...(crl !== undefined && { crl }) });

  test('are read from PEM, as many as there are', () => {
    expect(make().revocationLists).toEqual([]);
    expect(make(list.pem).revocationLists.map(({ number }) => number)).toEqual([7n]);
    expect(make([list.pem, `# the second\r\n${list.pem.replaceAll('\n', '\r\n')}`]).revocationLists).toHaveLength(2);
    expect(make(make(list.pem).revocationLists[0]?.pem ?? '').revocationLists).toHaveLength(1);
  });

  test.each<[string, unknown, readonly string[]]>([
    ['no text', 7, ['CONFIG_INVALID crl']],
    ['text without a list', 'list', ['CONFIG_MISSING crl']],
    ['an empty list of texts', [], ['CONFIG_MISSING crl']],
    ['a certificate', authority.pem, ['CONFIG_KEY_REFUSED crl']],
    ['a private key', leaf.keyPem, ['CONFIG_KEY_REFUSED crl']],
    ['a list that is cut off', list.pem.slice(0, 100), ['CONFIG_INVALID crl']],
    ['a list that is none', list.pem.replace(/\nM.{6}/, '\nMIIAAAA'), ['CONFIG_INVALID crl']],
  ])('are not made of %s', (_title, crl, expected) => {
    expect(faultsOf(() => make(crl as string))).toEqual(expected);
  });

  test('say what is wrong with one', () => {
    const old = listDer({ issuer: authority, parts: (parts) => parts.slice(1) }).toString('base64');
    expect(() => make(`-----BEGIN X509 CRL-----\n${old}\n-----END X509 CRL-----`)).toThrow('version: not 2');
  });
});

describe('several bundles', () => {
  const prod = trustBundle({ trustDomain: 'prod.test', pem: authority.pem });
  const partner = trustBundle({ trustDomain: 'partner.test', pem: second.pem });

  test('are found by their own trust domain, exactly', () => {
    const source = trustBundles(prod, partner);
    expect(source.find('prod.test')).toBe(prod);
    expect(source.find('partner.test')).toBe(partner);
    for (const other of ['', 'PROD.test', 'prod.test.', 'xprod.test', '__proto__', 'constructor', 'toString']) {
      expect(source.find(other)).toBeUndefined();
    }
  });

  test('of one trust domain are a fault', () => {
    const again: TrustBundle = trustBundle({ trustDomain: 'prod.test', pem: second.pem });
    expect(faultsOf(() => trustBundles(prod, partner, again))).toEqual(['CONFIG_CONFLICT prod.test']);
  });
});
