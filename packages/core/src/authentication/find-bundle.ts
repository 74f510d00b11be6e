/**
 * The bundle of the trust domain that a certificate or a name claims, for whoever must believe it. Sources are often
 * somebody else's code: one that throws, rejects, answers half a bundle or stays silent cannot tell (503), and one that
 * answers the bundle of another domain knows none of this one.
 */
import type { TrustBundle, TrustBundleSource } from '../certificate/trust-bundle.ts';
import { accept, refuse, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import { whenKnown } from '../errors/when-known.ts';
import { askStore, type StoreAnswer } from '../store/ask-store.ts';

/** Longest wait for a bundle that a source fetches when it is asked, in milliseconds. */
const longestWaitMilliseconds = 5_000;
const unavailable = refuse('TRUST_BUNDLE_UNAVAILABLE', 'trustBundle');

/** Finds it. At once when the source answers at once. Never throws and never rejects. */
export function findBundle(source: TrustBundleSource, trustDomain: string): MaybePromise<Outcome<TrustBundle>> {
  const judge = (answer: StoreAnswer<TrustBundle | undefined>): Outcome<TrustBundle> => {
    if (!answer.told) return unavailable;
    const { value: bundle } = answer;
    // A source written in JavaScript may answer null for "none".
    if (bundle && !Array.isArray(bundle.authorities)) return unavailable;
    if (bundle && bundle.trustDomain === trustDomain) return accept(bundle);
    return refuse('CERTIFICATE_UNTRUSTED', 'trustDomain', { expected: 'a known trust domain', actual: trustDomain });
  };
  return whenKnown(
    askStore(() => source.find(trustDomain), longestWaitMilliseconds),
    judge,
  );
}
