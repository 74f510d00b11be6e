import { trustBundle, type TrustBundle } from '@countersign/core';
import { describe, expect, test } from 'vitest';
import { root, svid, type Issued } from '../../../core/src/certificate/certificate.test-kit.ts';
import { listOf } from '../../../core/src/certificate/revocation-list.test-kit.ts';
import { BundleState } from './bundle-state.ts';

const trustDomain = 'prod.test';
const first = root({ name: 'first' });
const second = root({ name: 'second' });
const lists = [listOf({ issuer: first, revoked: [svid(first)] }), listOf({ issuer: second })] as const;

const bundleOf = (authorities: readonly Issued[], some: readonly (typeof lists)[number][] = []): TrustBundle => ({
  ...trustBundle({ trustDomain, pem: authorities.map(({ pem }) => pem) }),
  revocationLists: some,
});
const stateOf = (bundle: TrustBundle): ReadonlyMap<string, TrustBundle> => new Map([[trustDomain, bundle]]);

describe('the bundles of now', () => {
  test.each<[string, TrustBundle]>([
    ['the same', bundleOf([first, second], lists)],
    ['another order', bundleOf([second, first], [lists[1], lists[0]])],
    ['an authority twice', bundleOf([first, second, first], lists)],
  ])('stay the same object with %s', (_title, next) => {
    const state = new BundleState();
    const old = bundleOf([first, second], lists);
    expect([state.replace(stateOf(old)), state.replace(stateOf(next))]).toEqual([true, false]);
    expect(state.find(trustDomain)).toBe(old);
  });

  test.each<[string, TrustBundle]>([
    ['an authority is gone', bundleOf([first], lists)],
    ['one is gone and the other stands twice', bundleOf([first, first], lists)],
    ['a list is gone', bundleOf([first, second], [lists[0]])],
    ['a list is gone and the other stands twice', bundleOf([first, second], [lists[1], lists[1]])],
  ])('are replaced when %s', (_title, next) => {
    const state = new BundleState();
    state.replace(stateOf(bundleOf([first, second], lists)));
    expect(state.replace(stateOf(next))).toBe(true);
    expect(state.find(trustDomain)).toBe(next);
    expect(state.list()).toEqual([next]);
  });
});
