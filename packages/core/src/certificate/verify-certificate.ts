/**
 * X.509-SVIDs (SPIFFE X509-SVID §4, §5): one URI name that is the workload's id, a leaf that may not sign, and a path
 * to the bundle of the trust domain that this id names. The common name is never an identity.
 */
import type { X509Certificate } from 'node:crypto';
import { accept, refuse, type Outcome, type Refusal } from '../errors/outcome.ts';
import { parseSpiffeId, type SpiffeId } from '../identity/spiffe-id.ts';
import type { TrustBundle } from '../identity/trust-bundle.ts';
import { verifyPath, type PathWindow } from './certificate-path.ts';
import { readStrong, type ReadCertificate } from './strong-certificate.ts';
import { sha256Of } from './thumbprint.ts';

/** A leaf that meets the profile; whether it is trusted is not known yet. */
export interface SvidLeaf extends ReadCertificate {
  readonly spiffeId: SpiffeId;
}

/** What a certificate is verified for. */
export interface SvidRequest {
  readonly leaf: SvidLeaf;
  readonly intermediates: readonly X509Certificate[];
  /** The bundle of the trust domain that the leaf names. */
  readonly bundle: TrustBundle;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Which side of a connection shows the certificate. */
export type CertificateUsage = 'client' | 'server';

/** What a leaf must be good for. */
export interface LeafUsage {
  readonly usage: CertificateUsage;
  /** Take a leaf without the extended key usage extension. */
  readonly allowMissingExtendedKeyUsage?: boolean;
}

/** A certificate that is trusted for its id. The window is that of the whole path. */
export interface VerifiedCertificate extends PathWindow {
  readonly spiffeId: SpiffeId;
  /** SHA-256 of the DER, upper-case hex. */
  readonly sha256: string;
  /** Upper-case hex. */
  readonly serialNumber: string;
}

const purposes: Record<CertificateUsage, string> = {
  server: '1.3.6.1.5.5.7.3.1',
  client: '1.3.6.1.5.5.7.3.2',
};

function violated(check: string, expected: string): Refusal {
  return refuse('CERTIFICATE_PROFILE_VIOLATED', check, { expected });
}

function judgeLeaf(
  { fields }: ReadCertificate,
  { usage, allowMissingExtendedKeyUsage }: LeafUsage,
): Refusal | undefined {
  const { keyUsage, extendedKeyUsage } = fields;
  if (fields.isCa) return violated('certificate.basicConstraints', 'no CA');
  if (keyUsage?.critical !== true) return violated('certificate.keyUsage', 'a critical extension');
  if (keyUsage.keyCertSign || keyUsage.crlSign)
    return violated('certificate.keyUsage', 'neither keyCertSign nor cRLSign');
  if (!keyUsage.digitalSignature) return violated('certificate.keyUsage', 'digitalSignature');
  if (extendedKeyUsage === undefined) {
    return allowMissingExtendedKeyUsage === true ? undefined : violated('certificate.extendedKeyUsage', `${usage}Auth`);
  }
  return extendedKeyUsage.includes(purposes[usage])
    ? undefined
    : violated('certificate.extendedKeyUsage', `${usage}Auth`);
}

/** Reads a leaf and checks the profile of its own fields. Never throws. */
export function readSvidLeaf(certificate: X509Certificate, leafUsage: LeafUsage): Outcome<SvidLeaf> {
  const read = readStrong(certificate);
  if (!read.ok) return read;
  const { uris } = read.value.fields;
  const [only] = uris;
  if (only === undefined || uris.length !== 1) {
    return refuse('CERTIFICATE_IDENTITY_AMBIGUOUS', 'certificate.uri', {
      expected: 'one URI name',
      actual: `${uris.length}`,
    });
  }
  const id = parseSpiffeId(only);
  if (!id.ok)
    return refuse('CERTIFICATE_IDENTITY_AMBIGUOUS', 'certificate.uri', { expected: 'a SPIFFE ID', actual: only });
  if (id.value.path === '') return violated('certificate.uri', 'the id of a workload, not of a trust domain');
  return judgeLeaf(read.value, leafUsage) ?? accept({ ...read.value, spiffeId: id.value });
}

/** Verifies the path of a leaf. Never throws. */
export function verifyX509Svid({ leaf, intermediates, bundle, now }: SvidRequest): Outcome<VerifiedCertificate> {
  if (bundle.trustDomain !== leaf.spiffeId.trustDomain) {
    return refuse('CERTIFICATE_UNTRUSTED', 'trustDomain', {
      expected: bundle.trustDomain,
      actual: leaf.spiffeId.trustDomain,
    });
  }
  const window = verifyPath({ leaf, intermediates, authorities: bundle.authorities, now });
  if (!window.ok) return window;
  return accept({
    ...window.value,
    spiffeId: leaf.spiffeId,
    sha256: sha256Of(leaf.certificate),
    serialNumber: leaf.certificate.serialNumber,
  });
}
