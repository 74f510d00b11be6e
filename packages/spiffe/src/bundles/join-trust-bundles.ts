/**
 * Several sets of bundles as one: those of the Workload API and those of partners, for one server. The sets stay apart
 * inside: a bundle of one is never merged with that of another, and where two know a trust domain the first one speaks.
 */
import { ConfigurationError, type TrustBundle, type TrustBundleSet } from '@countersign/core';

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
  return Object.freeze<TrustBundleSet>({
    find: (trustDomain) => {
      for (const set of sets) {
        const bundle = set.find(trustDomain);
        if (bundle !== undefined) return bundle;
      }
      return undefined;
    },
    list: () => {
      const byDomain = new Map<string, TrustBundle>();
      for (const bundle of sets.flatMap((set) => set.list())) {
        if (!byDomain.has(bundle.trustDomain)) byDomain.set(bundle.trustDomain, bundle);
      }
      return Object.freeze([...byDomain.values()]);
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
