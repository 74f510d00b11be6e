/** The trust bundles of now, by trust domain. A bundle that did not change stays the same object: nothing is built anew. */
import type { TrustBundle } from '@countersign/core';

function isSame(one: TrustBundle | undefined, other: TrustBundle): boolean {
  if (one === undefined || one.authorities.length !== other.authorities.length) return false;
  const known = new Set(one.authorities.map(({ fingerprint256 }) => fingerprint256));
  return other.authorities.every(({ fingerprint256 }) => known.has(fingerprint256));
}

/** Holds the bundles. */
export class BundleState {
  #bundles: ReadonlyMap<string, TrustBundle> = new Map();
  #list: readonly TrustBundle[] = Object.freeze([]);

  find(trustDomain: string): TrustBundle | undefined {
    return this.#bundles.get(trustDomain);
  }

  list(): readonly TrustBundle[] {
    return this.#list;
  }

  /** Takes over the whole state, and answers whether anything changed. */
  replace(next: ReadonlyMap<string, TrustBundle>): boolean {
    let hasChanged = next.size !== this.#bundles.size;
    const kept = new Map<string, TrustBundle>();
    for (const [trustDomain, bundle] of next) {
      const old = this.#bundles.get(trustDomain);
      const isOld = isSame(old, bundle);
      kept.set(trustDomain, isOld && old !== undefined ? old : bundle);
      if (!isOld) hasChanged = true;
    }
    if (!hasChanged) return false;
    this.#bundles = kept;
    this.#list = Object.freeze([...kept.values()]);
    return true;
  }
}
