/**
 * Several sets of bundles as one: those of the Workload API and those of partners, for one server. The sets stay apart
 * inside: a bundle of one is never merged with that of another, and where two know a trust domain the first one speaks.
 * A bundle endpoint speaks for its own domain also when it has no bundle: what it withdrew no later set brings back.
 */
import { ConfigurationError, type TrustBundle, type TrustBundleSet } from '@countersign/core';
import type { BundleEndpoint } from '../federation/bundle-endpoint.ts';

/** Whether nobody behind this set is asked for the domain. */
function speaksFor(set: TrustBundleSet, trustDomain: string): boolean {
  return (set as Partial<BundleEndpoint>).trustDomain === trustDomain || set.find(trustDomain) !== undefined;
}

/**
 * Joins them. Closing the result closes none of them: each is closed by whoever made it.
 * @throws {ConfigurationError} for what is no set of bundles.
 */
export function joinTrustBundles(...sets: readonly [TrustBundleSet, ...TrustBundleSet[]]): TrustBundleSet {
  const faults = sets.flatMap((set, index) => {
    const isSet = typeof set?.find === 'function' && typeof set.list === 'function' && typeof set.watch === 'function';
    const fix = 'pass e.g. createX509Source() and bundleEndpoint({ … })';
    const fault = { code: 'CONFIG_INVALID', option: `[${index}]`, problem: 'is no set of trust bundles', fix } as const;
    return isSet ? [] : [fault];
  });
  if (faults.length > 0) throw new ConfigurationError('joinTrustBundles', faults);
  const find = (trustDomain: string): TrustBundle | undefined =>
    sets.find((set) => speaksFor(set, trustDomain))?.find(trustDomain);
  return Object.freeze<TrustBundleSet>({
    find,
    list: () => {
      const trustDomains = new Set(sets.flatMap((set) => set.list().map((bundle) => bundle.trustDomain)));
      return Object.freeze([...trustDomains].flatMap((trustDomain) => find(trustDomain) ?? []));
    },
    watch: (listener) => {
      const stops = sets.map((set) => set.watch(listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    ready: async () => {
      await Promise.all(sets.map(async (set) => set.ready?.()));
    },
  });
}
