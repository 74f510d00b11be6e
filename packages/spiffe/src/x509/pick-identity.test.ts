import { ConfigurationError, FaultCollector } from '@countersign/core';
import { describe, expect, test } from 'vitest';
import { checkPick, pickIdentity, type PickIdentity } from './pick-identity.ts';

const orders = { spiffeId: 'spiffe://prod.test/orders', hint: 'internal' };
const edge = { spiffeId: 'spiffe://prod.test/edge', hint: 'external' };
const twin = { spiffeId: 'spiffe://prod.test/edge', hint: 'internal' };
const choices = [orders, edge, twin];

describe('an identity is picked', () => {
  test.each<[string, PickIdentity | undefined, number]>([
    ['as the first, by default', undefined, 0],
    ['by hint', { hint: 'external' }, 1],
    ['by hint, of several the first', { hint: 'internal' }, 0],
    ['by id', { spiffeId: orders.spiffeId }, 0],
    ['by a function', (shown) => shown.find(({ hint }) => hint === 'external'), 1],
  ])('%s', (_title, pick, index) => {
    expect(pickIdentity(choices, pick)).toEqual({ ok: true, index });
  });

  test.each<[string, PickIdentity | undefined]>([
    ['when the hint is written otherwise', { hint: 'External' }],
    ['when nobody has the hint', { hint: 'other' }],
    ['when nobody has the id', { spiffeId: 'spiffe://prod.test/order' }],
    ['when several have the id', { spiffeId: edge.spiffeId }],
    ['when the function answers nothing', () => undefined],
    ['when the function answers something of its own', () => ({ ...orders })],
    [
      'when the function throws',
      () => {
        throw new Error('no');
      },
    ],
  ])('not at all %s', (_title, pick) => {
    expect(pickIdentity(choices, pick)).toEqual({ ok: false, problem: expect.any(String) });
  });

  test('not at all among none', () => {
    expect(pickIdentity([], undefined)).toMatchObject({ ok: false });
  });

  test('by a function that sees ids and hints and nothing else', () => {
    let shown: unknown;
    const withKey = [{ ...orders, key: 'secret' }];
    pickIdentity(withKey, (all) => {
      shown = all;
      return all[0];
    });
    expect(shown).toEqual([orders]);
  });
});

test.each([
  [{}],
  [{ hint: 'a', spiffeId: 'spiffe://prod.test/orders' }],
  [{ hint: '' }],
  [{ hint: 1 }],
  [{ spiffeId: 'spiffe://prod.test' }],
  [{ spiffeId: 'orders' }],
  [{ hints: 'internal' }],
  ['internal'],
  [null],
])('a rule that cannot be meant is a fault: %j', (pick) => {
  const faults = new FaultCollector('test');
  checkPick(faults, pick);
  expect(() => faults.throwIfAny()).toThrow(ConfigurationError);
});
