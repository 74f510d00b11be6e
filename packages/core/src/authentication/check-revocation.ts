/** The options about revocation that mechanisms share: the store, and the waiver for its outages. */
import type { FaultCollector } from '../errors/configuration-error.ts';
import type { Waiver } from '../errors/waiver.ts';
import type { RevocationSettings } from '../store/revocation-check.ts';
import type { RevocationStore } from '../store/revocation-store.ts';

/** Where revocations are looked up. */
export interface RevocationOptions {
  /** Where revocations are looked up, for every request. Default: nowhere. */
  readonly revocation?: RevocationStore;
  /** Lets requests pass while the revocation store cannot tell, until the waiver ends. */
  readonly allowRevocationStoreOutage?: Waiver;
}

/** Checks them. Adds faults. */
export function checkRevocation(faults: FaultCollector, options: RevocationOptions): RevocationSettings | undefined {
  const { revocation: store, allowRevocationStoreOutage: allowOutage } = options;
  if (store === undefined) {
    if (allowOutage !== undefined) {
      const fix = 'name the store in revocation, or remove the waiver';
      faults.add('CONFIG_CONFLICT', 'allowRevocationStoreOutage', 'stands without a store', fix);
    }
    return undefined;
  }
  if (typeof store?.revokedUntil !== 'function') {
    faults.add('CONFIG_INVALID', 'revocation', 'is not a revocation store', 'pass createMemoryRevocationStore()');
  }
  return { store, allowOutage: allowOutage === undefined ? undefined : Object.freeze({ ...allowOutage }) };
}
