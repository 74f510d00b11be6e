import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  der,
  ecdsa,
  ed25519,
  extension,
  hour,
  keysOf,
  root,
  rsa,
  rsaPss,
  startOfTest,
  svid,
  text,
} from './certificate.test-kit.ts';
import { readRevocationList } from './revocation-list.ts';
import { entry, listDer, listIds, listOf, serialOf, type ListOptions } from './revocation-list.test-kit.ts';

const issuer = root();
const leaf = svid(issuer);
const other = svid(issuer);
const problemOf = (options: Partial<ListOptions>): string | undefined => {
  const read = readRevocationList(listDer({ issuer, ...options }));
  return read.ok ? undefined : read.problem;
};

describe('a revocation list', () => {
  test('tells which serial numbers are revoked, by whom, and for how long', () => {
    const list = listOf({ issuer, revoked: [leaf] });
    expect([...list.serialNumbers]).toEqual([leaf.certificate.serialNumber]);
    expect(list.serialNumbers.has(other.certificate.serialNumber)).toBe(false);
    expect([list.thisUpdate, list.nextUpdate, list.number]).toEqual([startOfTest - hour, startOfTest + hour, 7n]);
    expect(Object.isFrozen(list)).toBe(true);
  });

  test.each<[string, Partial<ListOptions>]>([
    ['that revokes nothing', {}],
    ['without a number', { extensions: () => [] }],
    ['with a reason beside an entry', { entries: [entry([5], extension(listIds.reason, der(0x0a, [1])))] }],
    ['with an extension that is not critical', { extensions: (good) => [...good, extension('1.2.3', der(0x05))] }],
    [
      'with a list of entries that is empty',
      { parts: ([a, b, c, d, e, f]) => [a, b, c, d, e, der(0x30), f] as Buffer[] },
    ],
  ])('%s is read', (_title, options) => expect(problemOf(options)).toBeUndefined());

  const drop =
    (index: number): NonNullable<ListOptions['parts']> =>
    (parts) =>
      parts.filter((_part, at) => at !== index);
  const put =
    (index: number, part: Buffer): NonNullable<ListOptions['parts']> =>
    (parts) =>
      parts.map((one, at) => (at === index ? part : one));

  test.each<[string, Partial<ListOptions>, string]>([
    ['of version 1', { parts: drop(0) }, 'version: not 2'],
    ['of version 3', { parts: put(0, der(0x02, [2])) }, 'version: not 2'],
    ['without nextUpdate', { parts: drop(4) }, 'nextUpdate'],
    ['that ends before it begins', { nextUpdate: startOfTest - 2 * hour }, 'nextUpdate'],
    ['that ends when it begins', { nextUpdate: startOfTest - hour }, 'nextUpdate'],
    ['with a date that is none', { parts: put(3, text(0x17, '260231000000Z')) }, 'thisUpdate'],
    ['with an issuer that is no name', { parts: put(2, text(0x0c, 'root')) }, 'name'],
    ['with an issuer of empty parts', { parts: put(2, der(0x30, der(0x31))) }, 'name'],
    ['with an issuer of parts without a type', { parts: put(2, der(0x30, der(0x31, der(0x30)))) }, 'name'],
    ['with an issuer of parts that are no set', { parts: put(2, der(0x30, der(0x30))) }, 'name'],
    ['with something behind', { parts: (good) => [...good, der(0x05)] }, 'list body'],
    ['with extensions twice', { parts: (good) => [...good, ...good.slice(-1)] }, 'list body'],
    [
      'that is a delta',
      { extensions: () => [extension(listIds.delta, der(0x02, [1]), true)] },
      'list of a part of the certificates',
    ],
    [
      'that is a delta, and does not call it critical',
      { extensions: () => [extension(listIds.delta, der(0x02, [1]))] },
      'list of a part of the certificates',
    ],
    [
      'of other issuers (indirect)',
      { extensions: () => [extension(listIds.distributionPoint, der(0x30, der(0x84, [0xff])), true)] },
      'list of a part of the certificates',
    ],
    [
      'of some reasons only',
      { extensions: () => [extension(listIds.distributionPoint, der(0x30, der(0x83, [6, 0x40])), true)] },
      'list of a part of the certificates',
    ],
    [
      'with a critical extension that nobody knows',
      { extensions: () => [extension('1.2.3', der(0x05), true)] },
      'critical extension',
    ],
    ['with one extension twice', { extensions: (good) => [...good, ...good] }, 'extension 2.5.29.20 twice'],
    ['with a number below zero', { extensions: () => [extension(listIds.number, der(0x02, [0x80]))] }, 'serial number'],
    ['with a serial number below zero', { entries: [entry([0x80])] }, 'serial number'],
    ['with a padded serial number', { entries: [entry([0, 5])] }, 'serial number'],
    ['with a serial number of 21 bytes', { entries: [entry(Array<number>(21).fill(1))] }, 'serial number'],
    ['with an entry without a date', { entries: [der(0x30, der(0x02, [5]))] }, 'entry'],
    ['with an entry that is none', { entries: [der(0x02, [5])] }, 'entry'],
    [
      'with an entry of another issuer',
      { entries: [entry([5], extension(listIds.certificateIssuer, der(0x30), true))] },
      'entry extension that is not understood',
    ],
    [
      'with an entry of another issuer that is not called critical',
      { entries: [entry([5], extension(listIds.certificateIssuer, der(0x30)))] },
      'entry extension that is not understood',
    ],
    [
      'with a critical extension of an entry',
      { entries: [entry([5], extension('1.2.3', der(0x05), true))] },
      'entry extension that is not understood',
    ],
    ['signed over SHA-1', { signing: ecdsa('sha1') }, 'signature algorithm that is not strong'],
    [
      'signed over MD5',
      { issuer: root({ keys: keysOf('rsa-2048') }), signing: rsa('md5') },
      'signature algorithm that is not strong',
    ],
    [
      'under RSA-PSS without a hash, which means SHA-1',
      { issuer: root({ keys: keysOf('rsa-2048') }), signing: rsaPss() },
      'signature algorithm that is not strong',
    ],
    ['that names two algorithms', { outerAlgorithm: ecdsa('sha512').identifier }, 'signature algorithm'],
  ])('%s is refused', (_title, options, problem) => expect(problemOf(options)).toBe(problem));

  test('longer than four megabytes is refused, and so are too many entries', () => {
    const long = listDer({ issuer, extensions: () => [extension('1.2.3', der(0x04, Buffer.alloc(4 * 1024 * 1024)))] });
    expect(readRevocationList(long)).toEqual({ ok: false, problem: 'list that is too long' });
    const serials = Array.from({ length: 100_001 }, (_, index) =>
      entry([1, index >> 16, (index >> 8) & 0xff, index & 0xff]),
    );
    expect(problemOf({ entries: serials })).toBe('list with too many entries');
    expect(problemOf({ entries: serials.slice(1) })).toBeUndefined();
  });

  test('whole or cut off, it is one list and nothing else', () => {
    const good = listDer({ issuer, revoked: [leaf] });
    expect(readRevocationList(Buffer.concat([good, Buffer.from([0])])).ok).toBe(false);
    for (let length = 0; length < good.length; length += 1) {
      expect(readRevocationList(good.subarray(0, length)).ok).toBe(false);
    }
  });

  test('changes nothing when its bytes are changed later', () => {
    const bytes = listDer({ issuer, revoked: [leaf] });
    const read = readRevocationList(bytes);
    bytes.fill(0);
    expect(read.ok && read.list.isSignedBy(issuer.certificate)).toBe(true);
  });
});

describe('the signature of a list', () => {
  test.each([
    ['ECDSA', root(), ecdsa('sha384')],
    ['RSA', root({ keys: keysOf('rsa-2048') }), rsa('sha256')],
    ['RSA-PSS', root({ keys: keysOf('rsa-2048') }), rsaPss('sha512')],
    ['Ed25519', root({ keys: keysOf('ed25519'), signing: ed25519 }), ed25519],
  ])('with %s is that of its issuer, and of nobody else', (_title, authority, signing) => {
    const list = listOf({ issuer: authority, signing });
    expect(list.isSignedBy(authority.certificate)).toBe(true);
    expect(list.isSignedBy(authority.certificate)).toBe(true);
    expect(list.isSignedBy(root({ keys: keysOf('mallory') }).certificate)).toBe(false);
    expect(list.isSignedBy(root({ keys: keysOf('rsa-2048-other') }).certificate)).toBe(false);
    expect(list.isSignedBy(root({ keys: keysOf('ed25519-other'), signing: ed25519 }).certificate)).toBe(false);
  });

  test('does not hold when one bit of the list is another', () => {
    const good = listDer({ issuer, revoked: [leaf] });
    let read = 0;
    for (let at = 0; at < good.length * 8; at += 1) {
      const changed = Buffer.from(good);
      changed.writeUInt8((changed[at >> 3] ?? 0) ^ (1 << (at & 7)), at >> 3);
      const outcome = readRevocationList(changed);
      if (!outcome.ok) continue;
      read += 1;
      expect(outcome.list.isSignedBy(issuer.certificate)).toBe(false);
    }
    expect(read).toBeGreaterThan(100);
  });
});

describe('whatever the bytes are', () => {
  test('nothing throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(readRevocationList(bytes)).toMatchObject({ ok: false });
      }),
      { numRuns: 2_000 },
    );
  });

  test('a list with some bytes changed is refused or read, and never throws', () => {
    const good = listDer({
      issuer,
      revoked: [leaf, other],
      entries: [entry(serialOf(leaf), extension(listIds.reason, der(0x0a, [1])))],
    });
    const change = fc.record({ at: fc.nat(good.length - 1), byte: fc.nat(255), drop: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let bytes = Buffer.from(good);
        for (const { at, byte, drop } of changes) {
          bytes.writeUInt8(byte, Math.min(at, bytes.length - 1));
          bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + drop)]);
          if (bytes.length === 0) return;
        }
        const read = readRevocationList(bytes);
        expect(read.ok ? read.list.thisUpdate < read.list.nextUpdate : read.problem !== '').toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });
});
