/** The JWT bundles of now. A bundle that did not change stays the same object, so that its keys are not read again. */
import type { JwtBundle } from '@countersign/core';

/** Holds the bundles. */
export class JwtBundleState {
  #bundles: ReadonlyMap<string, JwtBundle> = new Map();

  find(trustDomain: string): JwtBundle | undefined {
    return this.#bundles.get(trustDomain);
  }

  get size(): number {
    return this.#bundles.size;
  }

  /** Takes over the whole state, and answers whether anything changed. */
  replace(next: ReadonlyMap<string, JwtBundle>): boolean {
    let hasChanged = next.size !== this.#bundles.size;
    const kept = new Map<string, JwtBundle>();
    for (const [trustDomain, bundle] of next) {
      const old = this.#bundles.get(trustDomain);
      const isOld = old !== undefined && JSON.stringify(old.keys) === JSON.stringify(bundle.keys);
      kept.set(trustDomain, isOld ? old : bundle);
      if (!isOld) hasChanged = true;
    }
    if (hasChanged) this.#bundles = kept;
    return hasChanged;
  }
}
