import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { domain } from '../workload-api.test-kit.ts';
import { splitCertificates } from './split-certificates.ts';

const { authority, issue } = domain('prod.test');
const leaf = issue('/orders');
const both = Buffer.concat([leaf.raw, authority.raw]);

describe('concatenated certificates', () => {
  test('are taken apart in order', () => {
    const split = splitCertificates(both);
    expect(typeof split === 'string' ? split : split.map(({ raw }) => raw)).toEqual([leaf.raw, authority.raw]);
    expect(splitCertificates(Buffer.alloc(0))).toEqual([]);
  });

  test.each([
    ['a byte too few', both.subarray(0, -1), 'is not whole DER certificates'],
    ['a byte too many', Buffer.concat([both, Buffer.from([0])]), 'is not whole DER certificates'],
    ['PEM', Buffer.from(leaf.pem), 'is not whole DER certificates'],
    ['an indefinite length', Buffer.from([0x30, 0x80, 0, 0]), 'is not whole DER certificates'],
    ['a length of four bytes', Buffer.from([0x30, 0x84, 0, 0, 0, 0]), 'is not whole DER certificates'],
    ['a length that is not minimal', Buffer.from([0x30, 0x81, 1, 0]), 'is not whole DER certificates'],
    ['a SEQUENCE that is no certificate', Buffer.from([0x30, 0]), 'holds a certificate that cannot be read'],
  ])('are refused with %s', (_title, bytes, problem) => {
    expect(splitCertificates(bytes)).toBe(problem);
  });

  test('never throw, however they are changed', () => {
    const change = fc.tuple(fc.nat(both.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Buffer.from(both);
        for (const [at, value] of changes) bytes[at] = value;
        const split = splitCertificates(bytes);
        expect(typeof split === 'string' || split.length > 0).toBe(true);
      }),
    );
  });
});
