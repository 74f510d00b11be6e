/** One trust bundle of the Workload API: certificates of authorities, for the trust domain that its key names. */
import { ConfigurationError, parseSpiffeId, trustBundle, type TrustBundle } from '@countersign/core';
import { pemOf, splitCertificates } from './split-certificates.ts';

/** The name in the SPIFFE ID of a trust domain, such as `spiffe://prod.example`. */
export function trustDomainOf(text: string): string | undefined {
  const id = parseSpiffeId(text);
  return id.ok && id.value.path === '' ? id.value.trustDomain : undefined;
}

/** Reads the bundle of a trust domain. Answers the problem, as a phrase. */
export function readBundle(trustDomain: string, bytes: Buffer): TrustBundle | string {
  const authorities = splitCertificates(bytes);
  if (typeof authorities === 'string') return authorities;
  if (authorities.length === 0) return 'is empty';
  try {
    return trustBundle({ trustDomain, pem: pemOf(authorities) });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults[0]?.problem ?? 'cannot be used';
  }
}
