/**
 * The whole answer of FetchX509SVID, believed or refused as one: identities and the bundle of their own domain must all
 * be good. A federated bundle that cannot be used is left out, so that a partner's mistake does not stop our rotation;
 * callers of that domain are refused then.
 */
import type { TrustBundle } from '@countersign/core';
import { readX509Bundles, readX509Svids, type PresentedBundles } from '../workload-api/responses.ts';
import { assignRevocationLists } from './assign-revocation-lists.ts';
import { readBundle, trustDomainOf } from './read-bundle.ts';
import { readIdentity, type GrantedIdentity } from './read-identity.ts';

/** The state that a message holds. */
export interface X509Update {
  readonly granted: readonly GrantedIdentity[];
  /** By trust domain. */
  readonly bundles: ReadonlyMap<string, TrustBundle>;
  /** Federated bundles that were left out. */
  readonly refused: readonly { readonly trustDomain: string; readonly problem: string }[];
}

/** Adds the bundles that can be used, and answers those that cannot. Those in the map already stay. */
function readBundles(presented: PresentedBundles, bundles: Map<string, TrustBundle>): X509Update['refused'] {
  const refused: { trustDomain: string; problem: string }[] = [];
  for (const [key, bytes] of presented) {
    const trustDomain = trustDomainOf(key);
    const bundle = trustDomain === undefined ? 'is of no trust domain' : readBundle(trustDomain, bytes);
    if (typeof bundle === 'string') refused.push({ trustDomain: trustDomain ?? key, problem: bundle });
    // What came with an SVID speaks for its domain; a federated bundle of the same name does not.
    else if (!bundles.has(bundle.trustDomain)) bundles.set(bundle.trustDomain, bundle);
  }
  return refused;
}

/** Reads a message. Answers the problem, as a phrase. */
export function readX509Update(message: Buffer, now: number): X509Update | string {
  const response = readX509Svids(message);
  if (typeof response === 'string') return response;
  const granted: GrantedIdentity[] = [];
  const bundles = new Map<string, TrustBundle>();
  for (const svid of response.svids) {
    const one = readIdentity(svid, now);
    if (typeof one === 'string') return `has an entry that ${one}`;
    granted.push(one);
    if (!bundles.has(one.trustDomain)) bundles.set(one.trustDomain, one.bundle);
  }
  const refused = readBundles(response.federatedBundles, bundles);
  const complete = assignRevocationLists(bundles, response.revocationLists);
  return typeof complete === 'string' ? complete : { granted, bundles: complete, refused };
}

/** Reads the answer of FetchX509Bundles, which must have a bundle that can be used. Answers the problem, as a phrase. */
export function readX509BundlesUpdate(message: Buffer): Omit<X509Update, 'granted'> | string {
  const response = readX509Bundles(message);
  if (typeof response === 'string') return response;
  const bundles = new Map<string, TrustBundle>();
  const refused = readBundles(response.bundles, bundles);
  const [first] = refused;
  if (bundles.size === 0 && first !== undefined) return `has a bundle that ${first.problem}`;
  const complete = assignRevocationLists(bundles, response.revocationLists);
  return typeof complete === 'string' ? complete : { bundles: complete, refused };
}
