/**
 * The keys of a trust domain from a source of bundles: a bundle that was replaced counts at the next token, a key that
 * is gone from it verifies nothing any more. An empty bundle withdraws every key; no bundle is 503, never a pass.
 */
import { refuse } from '../errors/outcome.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { readKeySet, type KeySet } from '../signature/key-set.ts';
import type { KeySource } from '../signature/key-source.ts';
import type { JwtBundle, JwtBundleSource } from './jwt-bundle-source.ts';

/** Whose keys are wanted, and where they come from. */
export interface BundleKeySetOptions {
  readonly trustDomain: string;
  readonly bundle: JwtBundleSource;
  /** Purpose of the keys that are wanted. */
  readonly use: string | undefined;
  readonly runtime: Pick<Runtime, 'notify'>;
}

/** Makes the source. The bundles stay the business of whoever made their source, closing included. */
export function createBundleKeySet({ trustDomain, bundle, use, runtime }: BundleKeySetOptions): KeySource {
  let seen: JwtBundle | undefined;
  let keySet: KeySet | undefined;
  let problem = 'has no bundle of the trust domain';
  const issuer = `spiffe://${trustDomain}`;

  const takeOver = (found: JwtBundle): void => {
    seen = found;
    // A source that answers the bundle of another domain must not make that domain speak for this one.
    const read = found.trustDomain === trustDomain ? readKeySet(found, use) : 'is of another trust domain';
    if (typeof read === 'string') {
      keySet = undefined;
      problem = read;
      const message = 'The keys of a trust domain could not be read from its bundle.';
      runtime.notify({ code: 'KEYS_REFRESH_FAILED', level: 'error', message, facts: { issuer, problem } });
      return;
    }
    for (const { index, problem: fault } of read.refused) {
      const message = 'A key of an issuer was left out.';
      runtime.notify({ code: 'KEY_REFUSED', level: 'warn', message, facts: { issuer, index, problem: fault } });
    }
    keySet = read.keySet;
    const message = 'The keys of a trust domain were read from its bundle.';
    runtime.notify({ code: 'KEYS_REFRESHED', level: 'info', message, facts: { issuer, keys: keySet.size } });
  };

  return {
    find: (selector) => {
      const found = bundle.jwtBundle(trustDomain);
      if (found === undefined) {
        seen = undefined;
        keySet = undefined;
        problem = 'has no bundle of the trust domain';
      } else if (found !== seen) takeOver(found);
      if (keySet !== undefined) return keySet.find(selector);
      return refuse('ISSUER_KEYS_UNAVAILABLE', 'bundle', { expected: 'keys of the trust domain', actual: problem });
    },
    ready: async () => bundle.ready?.(),
  };
}
