/** What a verified certificate proves about its caller. */
import type { TrustedCertificate } from '../certificate/verify-certificate.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import type { ClientCertificateEvidence, UncheckedRevocation } from '../identity/evidence.ts';
import { noScopes } from '../identity/scope-set.ts';

/** Who a certificate claims to be of. */
export interface CertifiedName {
  readonly workload: string;
  /** The trust domain of a SPIFFE ID, or the name of a PKI. */
  readonly trustDomain: string;
  /** The name that was mapped, with a PKI. */
  readonly dnsName?: string;
}

const none: readonly string[] = Object.freeze([]);

/** The identity. */
export function identityOfCertificate(
  { workload, trustDomain, dnsName }: CertifiedName,
  { sha256, serialNumber, notBefore, notAfter }: TrustedCertificate,
): VerifiedIdentity {
  const evidence: ClientCertificateEvidence = Object.freeze({
    kind: 'client-certificate',
    workload,
    trustDomain,
    ...(dnsName !== undefined && { dnsName }),
    sha256,
    serialNumber,
    notBefore,
    notAfter,
  });
  return Object.freeze<VerifiedIdentity>({
    workload,
    trustDomain,
    actors: none,
    scopes: noScopes,
    roles: none,
    evidence,
    expiresAt: notAfter,
    assurance: 'high',
  });
}

/** The identity when nobody could tell whether the certificate is revoked. */
export function uncheckedCertificate(identity: VerifiedIdentity, revocation: UncheckedRevocation): VerifiedIdentity {
  const evidence = { ...(identity.evidence as ClientCertificateEvidence), revocation };
  return Object.freeze({ ...identity, evidence: Object.freeze(evidence) });
}
