/** The names by which a certificate can be revoked: itself, its key, its workload, and who issued it. */
import { createHash } from 'node:crypto';
import { sha256Of } from '../certificate/thumbprint.ts';
import { revocationName } from '../store/revocation-store.ts';
import type { CertificateClaim } from './read-claim.ts';

/** What a proxy says of the certificate of its client. */
export interface ForwardedSubject {
  readonly trustDomain: string;
  readonly workload: string;
  /** Upper-case hex. */
  readonly sha256?: string;
}

/** The names of a certificate that was not seen. */
export function forwardedRevocationNames({ trustDomain, workload, sha256 }: ForwardedSubject): readonly string[] {
  const issuer = `spiffe://${trustDomain}`;
  return [
    revocationName('issuer', issuer),
    revocationName('workload', issuer, workload),
    ...(sha256 === undefined ? [] : [revocationName('certificate', issuer, sha256)]),
  ];
}

/** The names. */
export function certificateRevocationNames({ leaf, workload, issuer }: CertificateClaim): readonly string[] {
  const { certificate, fields } = leaf;
  // As with tokens, a key is named by its SPKI: a stolen one may have several certificates.
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return [
    revocationName('issuer', issuer),
    revocationName('certificate', issuer, sha256Of(certificate)),
    revocationName('serial', issuer, fields.serialNumber),
    revocationName('workload', issuer, workload),
    revocationName('key', issuer, createHash('sha256').update(spki).digest('base64url')),
  ];
}
