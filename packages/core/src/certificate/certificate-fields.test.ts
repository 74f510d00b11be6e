import { describe, expect, test } from 'vitest';
import { readCertificateFields } from './certificate-fields.ts';
import {
  day,
  der,
  extension,
  ids,
  issue,
  keysOf,
  nameOf,
  oid,
  purposes,
  rsa,
  rsaPss,
  startOfTest,
  text,
  time,
  type CertificateOptions,
} from './certificate.test-kit.ts';

function problemOf(options: CertificateOptions): string | undefined {
  const read = readCertificateFields(issue(options).raw);
  return read.ok ? undefined : read.problem;
}

function fieldsOf(options: CertificateOptions) {
  const read = readCertificateFields(issue(options).raw);
  if (!read.ok) throw new Error(read.problem);
  return read.fields;
}

/** Changes one of the parts of the signed body. */
const part = (index: number, value: Buffer): CertificateOptions => ({
  parts: (good) => good.map((one, at) => (at === index ? value : one)),
});
const names = (...list: Buffer[]): CertificateOptions => ({
  extensions: (good) => [...good, extension(ids.subjectAltName, der(0x30, ...list))],
});
const replaced = (id: string, value: Uint8Array): CertificateOptions => ({
  extensions: (good) => [...good.filter((one) => !one.includes(oid(id))), extension(id, value, true)],
});

describe('the fields of a certificate', () => {
  test('are read', () => {
    const options = { uris: ['spiffe://prod.test/orders'], dnsNames: ['orders.test', 'b.test'] };
    expect(fieldsOf({ ...options, notBefore: startOfTest, notAfter: startOfTest + day })).toEqual({
      uris: ['spiffe://prod.test/orders'],
      dnsNames: ['orders.test', 'b.test'],
      isCa: false,
      pathLength: undefined,
      keyUsage: { critical: true, digitalSignature: true, keyCertSign: false, crlSign: false },
      extendedKeyUsage: [purposes.server, purposes.client],
      notBefore: startOfTest,
      notAfter: startOfTest + day,
      signatureAlgorithm: '1.2.840.10045.4.3.2',
      isStronglySigned: true,
      unknownCritical: [],
      otherNames: [],
      nameConstraints: undefined,
      serialNumber: expect.stringMatching(/^40[0-9A-F]{4}$/),
      issuerName: nameOf('leaf').toString('hex'),
      subjectName: nameOf('leaf').toString('hex'),
    });
    expect(fieldsOf({ ca: true, pathLength: 2 })).toMatchObject({
      isCa: true,
      pathLength: 2,
      keyUsage: { digitalSignature: false, keyCertSign: true, crlSign: true },
      extendedKeyUsage: undefined,
    });
    expect(fieldsOf({ extensions: () => [] })).toMatchObject({ isCa: false, keyUsage: undefined, uris: [] });
    expect(fieldsOf({ parts: (good) => good.slice(0, 7) })).toMatchObject({
      isCa: false,
      keyUsage: undefined,
      uris: [],
    });
  });

  test('are the same in any order of the extensions', () => {
    const options: CertificateOptions = { uris: ['spiffe://prod.test/orders'], ...part(1, der(0x02, [5])) };
    expect(fieldsOf({ ...options, extensions: (good) => good.toReversed() })).toEqual(fieldsOf(options));
  });

  test('keep a time beyond 2049', () => {
    const notAfter = Date.parse('9999-12-31T23:59:59Z');
    expect(fieldsOf({ notAfter }).notAfter).toBe(notAfter);
  });
});

describe('a name is read byte for byte', () => {
  test.each([
    'spiffe://prod.test/a, URI:spiffe://prod.test/admin',
    'spiffe://prod.test/a", URI:"spiffe://prod.test/admin',
    'a.test, URI:spiffe://prod.test/admin',
  ])('and text in it stays text: %s', (value) => {
    const withoutSpaces = value.replaceAll(' ', '');
    expect(fieldsOf({ dnsNames: [withoutSpaces] })).toMatchObject({ uris: [], dnsNames: [withoutSpaces] });
    expect(fieldsOf({ uris: [withoutSpaces] }).uris).toEqual([withoutSpaces]);
    // A space is no part of a URI or DNS name.
    expect(problemOf({ dnsNames: [value] })).toBe('a name with bytes outside visible ASCII');
  });

  test.each([
    ['a NUL inside a DNS name', names(text(0x82, 'good.test\0.evil.test'))],
    ['a NUL inside a URI', names(text(0x86, 'spiffe://prod.test/a\0b'))],
    ['a line feed', names(text(0x86, 'spiffe://prod.test/a\n'))],
    ['a byte above ASCII', names(text(0x86, 'spiffe://prod.test/\xe4'))],
    ['an empty URI', names(text(0x86, ''))],
    ['an empty DNS name', names(text(0x82, ''))],
    ['a URI in constructed form, a name to some readers only', names(text(0x86, 'spiffe://a/b'), der(0xa6, [0x86, 0]))],
    ['a name of a kind that does not exist', names(text(0x89, 'x'))],
    ['a universal string', names(text(0x16, 'spiffe://prod.test/a'))],
    ['a list that is no list', replaced(ids.subjectAltName, text(0x86, 'spiffe://prod.test/a'))],
    ['bytes behind the list', replaced(ids.subjectAltName, Buffer.concat([der(0x30, text(0x86, 'a:b')), der(0x05)]))],
  ])('and refused with %s', (_title, options) => {
    expect(problemOf(options)).toMatch(/name/);
  });

  test('and other kinds of names are passed over', () => {
    const others = [text(0x81, 'a@b.test'), der(0x87, [127, 0, 0, 1]), der(0xa4, nameOf('x')), der(0x88, [0x55, 0x1d])];
    expect(fieldsOf(names(...others, text(0x86, 'spiffe://prod.test/a'))).uris).toEqual(['spiffe://prod.test/a']);
  });
});

describe('a certificate is not read', () => {
  const good = issue();
  const basicConstraints = (...content: Uint8Array[]): CertificateOptions =>
    replaced(ids.basicConstraints, der(0x30, ...content));
  const yes = der(0x01, [0xff]);
  const bits = (...content: number[]): CertificateOptions => replaced(ids.keyUsage, der(0x03, content));
  const rows: readonly (readonly [string, CertificateOptions, string])[] = [
    ['with version 1', { parts: (parts) => parts.slice(1) }, 'version: not 3'],
    ['with version 2', part(0, der(0xa0, der(0x02, [1]))), 'version: not 3'],
    ['with version 4', part(0, der(0xa0, der(0x02, [3]))), 'version: not 3'],
    ['with a padded version', part(0, der(0xa0, der(0x02, [0, 2]))), 'version: not 3'],
    ['with a negative serial number', part(1, der(0x02, [0x80])), 'serial number'],
    ['with an empty serial number', part(1, der(0x02)), 'serial number'],
    ['with a padded serial number', part(1, der(0x02, [0, 1])), 'serial number'],
    ['with a serial number of 21 bytes', part(1, der(0x02, new Uint8Array(21).fill(0x40))), 'serial number'],
    ['with a serial number that is none', part(1, der(0x04, [1])), 'serial number'],
    ['whose two algorithms differ', { outerAlgorithm: rsa('sha256').identifier }, 'signature algorithm'],
    ['whose signed algorithm differs', part(2, rsa('sha256').identifier), 'signature algorithm'],
    ['without validity', part(4, der(0x30)), 'validity'],
    ['with one time', part(4, der(0x30, time(startOfTest))), 'validity'],
    ['with three times', part(4, der(0x30, time(0), time(1), time(2))), 'validity'],
    ['with an unreadable end', part(4, der(0x30, time(0), text(0x17, '261124'))), 'notAfter'],
    [
      'with a unique identifier',
      { parts: (parts) => [...parts.slice(0, 7), der(0x81, [0, 1]), ...parts.slice(7)] },
      'certificate body',
    ],
    ['with extensions twice', { parts: (parts) => [...parts, ...parts.slice(7)] }, 'certificate body'],
    [
      'with extensions under another tag',
      { parts: (parts) => [...parts.slice(0, 7), der(0xa2, [0x30, 0])] },
      'certificate body',
    ],
    ['with an extension twice', { extensions: (list) => [...list, ...list.slice(0, 1)] }, 'extension 2.5.29.19 twice'],
    [
      'with critical FALSE written out',
      { extensions: () => [der(0x30, oid('2.5.29.15'), der(0x01, [0]), der(0x04))] },
      'critical',
    ],
    ['with critical as 01', { extensions: () => [der(0x30, oid('2.5.29.15'), der(0x01, [1]), der(0x04))] }, 'critical'],
    [
      'with an extension of four parts',
      { extensions: () => [der(0x30, oid('2.5.29.15'), yes, der(0x04), der(0x05))] },
      'extension',
    ],
    ['with an extension without value', { extensions: () => [der(0x30, oid('2.5.29.15'))] }, 'extension'],
    ['with CA FALSE written out', basicConstraints(der(0x01, [0])), 'basic constraints'],
    ['with CA as 01', basicConstraints(der(0x01, [1])), 'basic constraints'],
    ['with CA of two bytes', basicConstraints(der(0x01, [0xff, 0])), 'basic constraints'],
    ['with a path length and no CA', basicConstraints(der(0x02, [0])), 'basic constraints'],
    ['with a negative path length', basicConstraints(yes, der(0x02, [0x80])), 'path length'],
    ['with a path length of two bytes', basicConstraints(yes, der(0x02, [1, 0])), 'path length'],
    ['with an empty path length', basicConstraints(yes, der(0x02)), 'path length'],
    ['with more behind the path length', basicConstraints(yes, der(0x02, [0]), der(0x05)), 'basic constraints'],
    ['with an empty key usage', bits(0), 'key usage'],
    ['with a key usage of three bytes', bits(0, 1, 1, 1), 'key usage'],
    ['with eight unused bits', bits(8, 0x80), 'key usage'],
    ['with rights in the unused bits', bits(7, 0x84), 'key usage'],
    ['with a key usage that is no bit string', replaced(ids.keyUsage, der(0x04, [0, 0x80])), 'key usage'],
    ['with no purpose at all', { purposes: [] }, 'extended key usage'],
    ['with a purpose that is no identifier', replaced(ids.purposes, der(0x30, der(0x04, [1]))), 'extended key usage'],
  ];
  test.each(rows)('%s', (_title, options, problem) => {
    expect(problemOf(options)).toBe(problem);
  });

  test.each([
    ['with a byte behind it', Buffer.concat([good.raw, Buffer.from([0])])],
    ['without its last byte', good.raw.subarray(0, -1)],
    ['without a signature', der(0x30, good.raw.subarray(4, 40))],
    ['that is empty', Buffer.alloc(0)],
    ['that is PEM', Buffer.from(good.pem)],
    ['with a fourth part', der(0x30, good.raw.subarray(4), der(0x05))],
  ])('%s', (_title, raw) => {
    expect(readCertificateFields(raw).ok).toBe(false);
  });
});

test('a serial number may be 20 bytes of any value, written positive', () => {
  expect(problemOf(part(1, der(0x02, [0], new Uint8Array(20).fill(0xff))))).toBeUndefined();
  expect(problemOf(part(1, der(0x02, new Uint8Array(20).fill(0x7f))))).toBeUndefined();
});

describe('critical extensions that are not understood', () => {
  test.each([
    ['an own one', extension('1.3.6.1.4.1.99999.1', der(0x05), true), ['1.3.6.1.4.1.99999.1']],
    ['policy constraints', extension('2.5.29.36', der(0x30), true), ['2.5.29.36']],
    ['none: an own one that is not critical', extension('1.3.6.1.4.1.99999.1', der(0x05)), []],
  ])('are told: %s', (_title, one, expected) => {
    expect(fieldsOf({ extensions: (good) => [...good, one] }).unknownCritical).toEqual(expected);
  });
});

describe('the strength of a signature', () => {
  const maskOverSha256 = der(0xa1, der(0x30, oid('1.2.840.113549.1.1.8'), der(0x30, oid('2.16.840.1.101.3.4.2.1'))));
  const keys = keysOf('rsa-2048');
  test.each([
    ['RSA with SHA-256', rsa('sha256'), true],
    ['RSA-PSS with SHA-256', rsaPss('sha256'), true],
    ['RSA-PSS with SHA-512', rsaPss('sha512'), true],
    ['RSA with SHA-1', rsa('sha1'), false],
    ['RSA with MD5', rsa('md5'), false],
    ['RSA-PSS with SHA-1', rsaPss('sha1'), false],
    ['RSA-PSS without parameters, which means SHA-1', rsaPss(), false],
    ['RSA-PSS with SHA-256 and a mask over SHA-1', rsaPss('sha256', 'sha1'), false],
  ])('%s', (_title, signing, strong) => {
    // The mask over SHA-1 is a false statement about the signature; only the statement is judged here.
    expect(fieldsOf({ keys, signing }).isStronglySigned).toBe(strong);
  });

  test.each([
    ['a hash that is no identifier', der(0x30, der(0xa0, der(0x30, der(0x05))), maskOverSha256)],
    ['two things under the hash', der(0x30, der(0xa0, der(0x30), der(0x30)), der(0xa1, der(0x30)))],
    ['a hash that is cut off', der(0x30, der(0xa0, [0x30, 0x05]), der(0xa1, der(0x30)))],
  ])('RSA-PSS with %s is not read', (_title, parameters) => {
    const identifier = der(0x30, oid('1.2.840.113549.1.1.10'), parameters);
    expect(problemOf({ keys, signing: { ...rsaPss('sha256'), identifier } })).toBe('signature parameters');
  });
});
