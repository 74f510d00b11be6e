import { describe, expect, test } from 'vitest';
import { authority, ca, chainOf, judge, requestOf, type Chain } from './certificate-path.test-kit.ts';
import { verifyPath } from './certificate-path.ts';
import {
  day,
  der,
  extension,
  hour,
  ids,
  issue,
  keysOf,
  root,
  rsa,
  startOfTest,
  svid,
  usage,
  type CertificateOptions,
  type Issued,
} from './certificate.test-kit.ts';

describe('a path leads to an authority', () => {
  test.each([0, 1, 2, 3, 8])('over %i intermediates, in any order', (length) => {
    const chain = chainOf(length);
    const leaf = svid(chain[0] ?? authority);
    expect(judge({ leaf, intermediates: chain })).toBe('trusted');
    expect(judge({ leaf, intermediates: chain.toReversed() })).toBe('trusted');
    // TLS may hand over the authority itself, and certificates twice.
    expect(judge({ leaf, intermediates: [...chain, ...chain, authority] })).toBe('trusted');
    for (let missing = 0; missing < length; missing += 1) {
      expect(judge({ leaf, intermediates: chain.toSpliced(missing, 1) })).toBe('CERTIFICATE_UNTRUSTED path');
    }
  });

  test('and is refused over nine', () => {
    const chain = chainOf(9);
    expect(judge({ leaf: svid(chain[0] ?? authority), intermediates: chain })).toBe(
      'CERTIFICATE_UNTRUSTED path.length',
    );
  });

  test('that is itself an intermediate, when the bundle holds that one', () => {
    const [inner] = chainOf(1) as [Issued];
    expect(judge({ leaf: svid(inner), authorities: [inner] })).toBe('trusted');
    expect(judge({ leaf: svid(authority), authorities: [inner] })).toBe('CERTIFICATE_UNTRUSTED path');
  });

  test('with a window that is the narrowest along the path', () => {
    const inner = ca('inner', authority, { notBefore: startOfTest - 1000, notAfter: startOfTest + 5000 });
    const leaf = svid(inner, { notBefore: startOfTest - 2000, notAfter: startOfTest + 9000 });
    const outcome = verifyPath(requestOf({ leaf, intermediates: [inner] }));
    expect(outcome).toEqual({ ok: true, value: { notBefore: startOfTest - 1000, notAfter: startOfTest + 5000 } });
  });
});

describe('a path is refused', () => {
  const inner = ca('inner', authority);
  const leaf = svid(inner);
  const impostor = (options: CertificateOptions): Issued => ({ ...inner, ...ca('inner', authority, options) });
  const otherKeys = keysOf('other');
  const long = { notBefore: startOfTest - 9 * day, notAfter: startOfTest + 9 * day };

  test('none of the neighbours below differs from a good one in more than what it says', () => {
    expect(judge({ leaf, intermediates: [inner] })).toBe('trusted');
  });

  const rows: readonly (readonly [string, Chain, string])[] = [
    [
      'whose leaf was signed by another key',
      { leaf: svid({ ...inner, keys: otherKeys }), intermediates: [inner] },
      'CERTIFICATE_UNTRUSTED path',
    ],
    [
      'whose intermediate was signed by another key',
      { leaf, intermediates: [ca('inner', { ...authority, keys: otherKeys })] },
      'CERTIFICATE_UNTRUSTED path',
    ],
    [
      'to another authority',
      { leaf, intermediates: [inner], authorities: [root({ name: 'other' })] },
      'CERTIFICATE_UNTRUSTED path',
    ],
    [
      'to another authority of the same name and key id',
      { leaf, intermediates: [inner], authorities: [root({ keys: otherKeys, keyId: authority.keyId })] },
      'CERTIFICATE_UNTRUSTED path',
    ],
    [
      'to no authority at all',
      { leaf, intermediates: [inner, authority], authorities: [] },
      'CERTIFICATE_UNTRUSTED path',
    ],
    [
      'that ends at a presented root',
      { leaf, intermediates: [inner, authority], authorities: [root({ name: 'other' })] },
      'CERTIFICATE_UNTRUSTED path',
    ],
    [
      'over a certificate that is no CA',
      { leaf, intermediates: [impostor({ ca: false, keyUsage: usage.keyCertSign })] },
      'CERTIFICATE_UNTRUSTED',
    ],
    [
      'over a CA without keyCertSign',
      { leaf, intermediates: [impostor({ keyUsage: usage.crlSign })] },
      'CERTIFICATE_UNTRUSTED',
    ],
    [
      'over a CA without key usage',
      { leaf, intermediates: [impostor({ keyUsage: undefined })] },
      'CERTIFICATE_UNTRUSTED issuer.keyUsage',
    ],
    [
      'over an expired CA',
      { leaf, intermediates: [impostor({ notBefore: startOfTest - 9 * day, notAfter: startOfTest - 1000 })] },
      'CERTIFICATE_EXPIRED notAfter',
    ],
    [
      'over a CA that is not valid yet',
      { leaf, intermediates: [impostor({ notBefore: startOfTest + 1000 })] },
      'CERTIFICATE_EXPIRED notBefore',
    ],
    [
      'over a CA with a critical extension nobody knows',
      {
        leaf,
        intermediates: [
          impostor({ extensions: (good) => [...good, extension('1.3.6.1.4.1.99999.1', der(0x05), true)] }),
        ],
      },
      'CERTIFICATE_PROFILE_VIOLATED certificate.criticalExtension',
    ],
    [
      'over a CA with name constraints that cannot be read',
      {
        leaf,
        intermediates: [impostor({ extensions: (good) => [...good, extension(ids.nameConstraints, der(0x30))] })],
      },
      'CERTIFICATE_PROFILE_VIOLATED certificate.name constraints',
    ],
    [
      'to an expired root',
      { leaf: svid(authority, long), now: startOfTest + day + 1000 },
      'CERTIFICATE_EXPIRED notAfter',
    ],
    [
      'to a root that is not valid yet',
      { leaf: svid(authority, long), now: startOfTest - day - 1000 },
      'CERTIFICATE_EXPIRED notBefore',
    ],
    [
      'from an expired leaf',
      { leaf, intermediates: [inner], now: startOfTest + hour + 1000 },
      'CERTIFICATE_EXPIRED notAfter',
    ],
    [
      'from a leaf that is not valid yet',
      { leaf, intermediates: [inner], now: startOfTest - hour - 1000 },
      'CERTIFICATE_EXPIRED notBefore',
    ],
    ['at a time that is no number', { leaf, intermediates: [inner], now: Number.NaN }, 'CERTIFICATE_EXPIRED notBefore'],
    [
      'at the end of time',
      { leaf, intermediates: [inner], now: Number.POSITIVE_INFINITY },
      'CERTIFICATE_EXPIRED notAfter',
    ],
  ];
  test.each(rows)('%s', (_title, chain, expected) => {
    expect(judge(chain)).toMatch(new RegExp(`^${expected}`));
  });

  test.each([
    ['one intermediate is fine at path length 0', 1, 1, 'trusted'],
    ['two exceed it', 2, 2, 'CERTIFICATE_UNTRUSTED issuer.pathLength'],
    ['three exceed it further up', 3, 2, 'CERTIFICATE_UNTRUSTED issuer.pathLength'],
  ])('that is longer than a CA permits: %s', (_title, length, bounded, expected) => {
    const chain: Issued[] = [];
    for (let depth = 0; depth < length; depth += 1) {
      const options = depth === length - bounded ? { pathLength: 0 } : {};
      chain.unshift(ca(`ca-${depth}`, chain[0] ?? authority, options));
    }
    expect(judge({ leaf: svid(chain[0] ?? authority), intermediates: chain })).toBe(expected);
  });

  test('that is longer than the authority permits', () => {
    const short = root({ name: 'short', pathLength: 0 });
    const below = ca('below', short);
    expect(judge({ leaf: svid(short), authorities: [short] })).toBe('trusted');
    expect(judge({ leaf: svid(below), intermediates: [below], authorities: [short] })).toBe(
      'CERTIFICATE_UNTRUSTED issuer.pathLength',
    );
  });

  test.each([
    ['RSA with SHA-1', 'rsa-2048', rsa('sha1')],
    ['RSA with MD5', 'rsa-2048', rsa('md5')],
  ])('signed along the way with %s', (_title, key, signing) => {
    const keys = keysOf(key);
    const strong = root({ name: 'rsa-root', keys, signing: rsa('sha256') });
    const weak = ca('weak', strong, { signing });
    const good = ca('weak', strong, { signing: rsa('sha256') });
    expect(judge({ leaf: svid(good), intermediates: [good], authorities: [strong] })).toBe('trusted');
    expect(judge({ leaf: svid(weak), intermediates: [weak], authorities: [strong] })).toBe(
      'CERTIFICATE_PROFILE_VIOLATED certificate.signatureAlgorithm',
    );
  });

  test.each([
    ['RSA of 1024 bits', 'rsa-1024', rsa('sha256')],
    ['a curve of cryptocurrencies', 'secp256k1', undefined],
  ])('over a key that is weak or strange: %s', (_title, key, signing) => {
    const weak = ca('weak', authority, { keys: keysOf(key) });
    const weakLeaf = svid(weak, signing === undefined ? {} : { signing });
    expect(judge({ leaf: weakLeaf, intermediates: [weak] })).toBe('CERTIFICATE_PROFILE_VIOLATED certificate.publicKey');
  });

  test('from a leaf to itself, even when the bundle holds it', () => {
    const selfSigned = issue({ uris: ['spiffe://prod.test/orders'] });
    expect(judge({ leaf: selfSigned, authorities: [authority] })).toBe('CERTIFICATE_UNTRUSTED path');
    expect(judge({ leaf: selfSigned, intermediates: [selfSigned], authorities: [selfSigned] })).not.toBe('trusted');
    const issued = svid(authority);
    expect(judge({ leaf: issued, authorities: [issued] })).toBe('CERTIFICATE_UNTRUSTED path');
  });

  test('without a throw when keys and signatures do not fit each other', () => {
    const edwards = { ...inner, keys: keysOf('ed25519') };
    expect(judge({ leaf, intermediates: [ca('inner', authority, { keys: edwards.keys })] })).toBe(
      'CERTIFICATE_UNTRUSTED path',
    );
  });
});
test('says how many intermediates were seen, because some versions of Node hide them', () => {
  const chain = chainOf(2);
  const outcome = verifyPath(requestOf({ leaf: svid(chain[0] ?? authority), intermediates: chain.slice(0, 1) }));
  expect(outcome).toMatchObject({ ok: false, detail: { actual: 'none with the 1 intermediates that TLS shows' } });
});
