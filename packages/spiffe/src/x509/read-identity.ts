/**
 * One X.509-SVID as it came from the Workload API, checked before it is shown to anybody (SPIFFE X509-SVID §4, §5): the
 * certificate names the id it came with, belongs to the key, meets the profile and leads to the bundle of its domain.
 */
import {
  ConfigurationError,
  readSvidLeaf,
  Secret,
  verifyX509Svid,
  x509Identity,
  type Refusal,
  type TrustBundle,
  type X509Identity,
} from '@countersign/core';
import type { PresentedSvid } from '../workload-api/responses.ts';
import { readBundle } from './read-bundle.ts';
import { pemOf, splitCertificates } from './split-certificates.ts';

/** An identity that this process may show. */
export interface GrantedIdentity {
  readonly spiffeId: string;
  readonly trustDomain: string;
  /** Empty when there is none. */
  readonly hint: string;
  readonly identity: X509Identity;
  /** The bundle of its own trust domain. */
  readonly bundle: TrustBundle;
}

/** PEM of PKCS #8, without reading the key here. */
function keyPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

function problemOf({ detail }: Refusal): string {
  return `has a certificate that fails the check ${detail.check}`;
}

/** Reads an SVID. Answers the problem, as a phrase that holds nothing of the key. */
export function readIdentity(svid: PresentedSvid, now: number): GrantedIdentity | string {
  const chain = splitCertificates(svid.chain);
  if (typeof chain === 'string') return `has a chain that ${chain}`;
  const [first, ...intermediates] = chain;
  if (first === undefined) return 'has an empty chain';
  const leaf = readSvidLeaf(first, { usage: 'client', allowMissingExtendedKeyUsage: true });
  if (!leaf.ok) return problemOf(leaf);
  const { text: spiffeId, trustDomain } = leaf.value.spiffeId;
  if (spiffeId !== svid.spiffeId) return 'has a certificate of another id than its spiffe_id';
  const bundle = readBundle(trustDomain, svid.bundle);
  if (typeof bundle === 'string') return `has a bundle that ${bundle}`;
  // Whether ours is revoked is judged by those to whom it is shown.
  const verified = verifyX509Svid({ leaf: leaf.value, intermediates, bundle, now });
  if (!verified.ok) return problemOf(verified);
  try {
    const identity = x509Identity({ key: new Secret(keyPem(svid.key)), certificate: pemOf(chain) });
    return Object.freeze({ spiffeId, trustDomain, hint: svid.hint, identity, bundle });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const [fault] = error.faults;
    return `has a ${fault?.option ?? 'pair'} that ${fault?.problem ?? 'cannot be used'}`;
  }
}
