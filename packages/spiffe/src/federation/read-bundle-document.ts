/** The document of a bundle endpoint (SPIFFE Trust Domain and Bundle §4), for the trust domain that was configured. */
import { parseSpiffeBundle, type JwtBundle, type TrustBundle } from '@countersign/core';

/** What a document holds. */
export interface BundleDocument {
  /** Nothing when it has no authorities: every X.509-SVID of the domain is refused then. */
  readonly x509: TrustBundle | undefined;
  readonly jwt: JwtBundle;
  readonly sequence: bigint | undefined;
  readonly refreshHintSeconds: number | undefined;
}

/** Reads a document. Answers the problem, as a phrase. */
export function readBundleDocument(text: string, trustDomain: string): BundleDocument | string {
  const read = parseSpiffeBundle(text, { trustDomain });
  if (!read.ok)
    return `the document fails the check ${read.detail.check} (expected ${read.detail.expected ?? 'a bundle'})`;
  const { jwtKeys, sequence, refreshHintSeconds, authorities, revocationLists } = read.value;
  const x509 = Object.freeze({ trustDomain, authorities, revocationLists });
  return {
    x509: authorities.length === 0 ? undefined : x509,
    jwt: Object.freeze({ trustDomain, keys: jwtKeys }),
    sequence,
    refreshHintSeconds,
  };
}
