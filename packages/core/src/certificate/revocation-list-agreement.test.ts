import 'reflect-metadata';
import { X509Crl as OtherParser } from '@peculiar/x509';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { der, extension, root, startOfTest } from './certificate.test-kit.ts';
import { readRevocationList, type RevocationList } from './revocation-list.ts';
import { entry, listDer, listIds } from './revocation-list.test-kit.ts';

const issuer = root();

/** What another parser, written by other people, says about the same bytes. */
function otherFields(raw: Uint8Array): unknown {
  const other = new OtherParser(Buffer.from(raw));
  const serials = other.entries.map(({ serialNumber }) => serialNumber.toUpperCase().replace(/^00(?=..)/, ''));
  return {
    thisUpdate: other.thisUpdate.getTime(),
    nextUpdate: other.nextUpdate?.getTime(),
    serialNumbers: new Set(serials),
  };
}

function readByOther(raw: Uint8Array): unknown {
  try {
    return otherFields(raw);
  } catch {
    return undefined;
  }
}

const ownFields = ({ thisUpdate, nextUpdate, serialNumbers }: RevocationList): unknown => ({
  thisUpdate,
  nextUpdate,
  serialNumbers,
});

/** A serial number as the content of an INTEGER: positive, and written in the fewest bytes. */
const serial = fc
  .tuple(fc.integer({ min: 1, max: 0x7f }), fc.uint8Array({ maxLength: 19 }))
  .map(([first, more]) => [first, ...more]);
const reasons = fc.option(fc.integer({ min: 1, max: 6 }));
const made = fc
  .record({
    entries: fc.array(fc.tuple(serial, reasons), { maxLength: 5 }),
    begins: fc.integer({ min: 0, max: 1_000_000 }),
    lasts: fc.integer({ min: 1, max: 1_000_000 }),
  })
  .map(({ entries, begins, lasts }) =>
    listDer({
      issuer,
      entries: entries.map(([number, reason]) =>
        reason === null ? entry(number) : entry(number, extension(listIds.reason, der(0x0a, [reason]))),
      ),
      thisUpdate: startOfTest + begins * 1000,
      nextUpdate: startOfTest + (begins + lasts) * 1000,
    }),
  );

describe('another parser reads the same', () => {
  test('of whatever list is issued', () => {
    fc.assert(
      fc.property(made, (raw) => {
        const read = readRevocationList(raw);
        expect(read.ok && ownFields(read.list)).toEqual(otherFields(raw));
        // The other parser writes names anew, so only those that are well written can be compared.
        const name = Buffer.from(new OtherParser(raw).issuerName.toArrayBuffer()).toString('hex');
        expect(read.ok && read.list.issuerName).toBe(name);
      }),
      { numRuns: 300 },
    );
  });

  test('or we refuse, when bytes of a list are changed; and we never throw', () => {
    let both = 0;
    fc.assert(
      fc.property(made, fc.nat(), fc.nat(255), fc.integer({ min: -1, max: 1 }), (raw, position, byte, change) => {
        const at = position % raw.length;
        const put = change < 0 ? [] : change === 0 ? [byte] : [byte, byte];
        const changed = Buffer.concat([raw.subarray(0, at), Buffer.from(put), raw.subarray(at + 1)]);
        const read = readRevocationList(changed);
        const other = readByOther(changed);
        // Names are compared byte for byte here, and what stands in them or in an extension is not looked at.
        if (!read.ok || other === undefined) return;
        both += 1;
        expect(ownFields(read.list)).toEqual(other);
      }),
      { numRuns: 2_000 },
    );
    expect(both).toBeGreaterThan(100);
  });
});
