import { describe, expect, test } from 'vitest';
import { authority, ca, chainOf, judge, requestOf } from './certificate-path.test-kit.ts';
import { verifyPath } from './certificate-path.ts';
import { hour, keysOf, root, startOfTest, svid, usage } from './certificate.test-kit.ts';
import { listOf } from './revocation-list.test-kit.ts';

const [intermediate] = chainOf(1);
if (intermediate === undefined) throw new Error('no intermediate');
const leaf = svid(intermediate);
const neighbour = svid(intermediate);
const intermediates = [intermediate];
const ofRoot = listOf({ issuer: authority });
const ofIntermediate = listOf({ issuer: intermediate });
const revoked = 'CERTIFICATE_REVOKED certificate.serialNumber';
const missing = 'REVOCATION_LIST_UNAVAILABLE revocationList';

describe('a path with revocation lists', () => {
  test('holds while each issuer on it has a current list that does not name its certificate', () => {
    expect(judge({ leaf, intermediates, revocationLists: [ofRoot, ofIntermediate] })).toBe('trusted');
  });

  test('is not looked up without any list', () => {
    expect(judge({ leaf, intermediates, revocationLists: [] })).toBe('trusted');
  });

  test.each([
    ['the leaf is revoked', leaf, [ofRoot, listOf({ issuer: intermediate, revoked: [leaf] })], revoked],
    ['its neighbour is revoked', neighbour, [ofRoot, listOf({ issuer: intermediate, revoked: [leaf] })], 'trusted'],
    [
      'the intermediate is revoked',
      leaf,
      [listOf({ issuer: authority, revoked: [intermediate] }), ofIntermediate],
      revoked,
    ],
    [
      'the root names the serial number of the leaf',
      leaf,
      [listOf({ issuer: authority, revoked: [leaf] }), ofIntermediate],
      'trusted',
    ],
    ['the list of the intermediate is missing', leaf, [ofRoot], missing],
    ['the list of the root is missing', leaf, [ofIntermediate], missing],
    ['another key signed the list', leaf, [ofRoot, listOf({ issuer: intermediate, keys: keysOf('mallory') })], missing],
    [
      'the root signed the list of the intermediate',
      leaf,
      [ofRoot, listOf({ issuer: intermediate, keys: authority.keys })],
      missing,
    ],
    [
      'a forged list stands beside the good one',
      leaf,
      [ofRoot, ofIntermediate, listOf({ issuer: intermediate, keys: keysOf('mallory'), revoked: [leaf] })],
      'trusted',
    ],
    [
      'the list is out of date',
      leaf,
      [ofRoot, listOf({ issuer: intermediate, nextUpdate: startOfTest - 1000 })],
      'REVOCATION_LIST_UNAVAILABLE revocationList.nextUpdate',
    ],
    [
      'the list is out of date, although it names the leaf',
      leaf,
      [ofRoot, listOf({ issuer: intermediate, nextUpdate: startOfTest - 1000, revoked: [leaf] })],
      'REVOCATION_LIST_UNAVAILABLE revocationList.nextUpdate',
    ],
    [
      'the list is not valid yet',
      leaf,
      [ofRoot, listOf({ issuer: intermediate, thisUpdate: startOfTest + 1000 })],
      'REVOCATION_LIST_UNAVAILABLE revocationList.thisUpdate',
    ],
    [
      'the list ends at this very instant',
      leaf,
      [ofRoot, listOf({ issuer: intermediate, nextUpdate: startOfTest })],
      'trusted',
    ],
    [
      'an old list stands beside the current one',
      leaf,
      [ofRoot, ofIntermediate, listOf({ issuer: intermediate, nextUpdate: startOfTest - 1000 })],
      'trusted',
    ],
    [
      'one of two current lists names it',
      leaf,
      [ofRoot, ofIntermediate, listOf({ issuer: intermediate, revoked: [leaf] })],
      revoked,
    ],
  ])('when %s', (_title, one, revocationLists, expected) => {
    expect(judge({ leaf: one, intermediates, revocationLists })).toBe(expected);
  });

  test('an authority that may not sign lists has none', () => {
    const bare = ca('bare', authority, { keyUsage: usage.keyCertSign });
    const lists = [ofRoot, listOf({ issuer: bare })];
    expect(judge({ leaf: svid(bare), intermediates: [bare], revocationLists: lists })).toBe(
      'REVOCATION_LIST_UNAVAILABLE issuer.keyUsage',
    );
  });

  test('a renewed authority of the same key goes on with its list, one with a new key needs another', () => {
    const old = root({ name: 'renewed', notAfter: startOfTest - 1 });
    const renewed = root({ name: 'renewed' });
    const rekeyed = root({ name: 'renewed', keys: keysOf('renewed-2') });
    const lists = [listOf({ issuer: old })];
    expect(judge({ leaf: svid(renewed), authorities: [old, renewed], revocationLists: lists })).toBe('trusted');
    expect(judge({ leaf: svid(rekeyed), authorities: [old, rekeyed], revocationLists: lists })).toBe(missing);
  });

  test('a clock that answers no number finds no list current', () => {
    const outcome = verifyPath({ ...requestOf({ leaf: svid(authority), revocationLists: [ofRoot] }), now: Number.NaN });
    expect(outcome.ok).toBe(false);
  });

  test('says how long its lists are current, apart from how long it is valid', () => {
    const soon = listOf({ issuer: intermediate, nextUpdate: startOfTest + 1000 });
    const outcome = verifyPath(requestOf({ leaf, intermediates, revocationLists: [ofRoot, soon] }));
    expect(outcome).toMatchObject({
      value: {
        notAfter: startOfTest + hour,
        revocationWindow: { notBefore: startOfTest - hour, notAfter: startOfTest + 1000 },
      },
    });
  });
});
