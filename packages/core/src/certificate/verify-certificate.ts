/**
 * X.509-SVIDs (SPIFFE X509-SVID §4, §5): one URI name that is the workload's id, a leaf that may not sign, and a path
 * to the bundle of the trust domain that this id names. The common name is never an identity.
 */
import type { X509Certificate } from 'node:crypto';
import { accept, refuse, type Outcome, type Refusal } from '../errors/outcome.ts';
import { parseSpiffeId, type SpiffeId } from '../identity/spiffe-id.ts';
import type { TrustBundle } from './trust-bundle.ts';
import { judgeLifetime } from './certificate-lifetime.ts';
import { purposes, verifyPath, type CertificateUsage, type VerifiedPath } from './certificate-path.ts';
import { readStrong, type ReadCertificate } from './strong-certificate.ts';
import { sha256Of } from './thumbprint.ts';

/** A leaf that meets the profile; whether it is trusted is not known yet. */
export interface SvidLeaf extends ReadCertificate {
  readonly spiffeId: SpiffeId;
}

/** What a certificate is verified against. */
export interface CertificateRequest {
  readonly leaf: ReadCertificate;
  readonly intermediates: readonly X509Certificate[];
  /** The bundle of the trust domain that the leaf names. */
  readonly bundle: TrustBundle;
  /** Epoch milliseconds. */
  readonly now: number;
  /** What the authorities above the leaf must be good for, where they are for some purposes only. Default: anything. */
  readonly usage?: CertificateUsage;
}

/** What an SVID is verified against. */
export interface SvidRequest extends CertificateRequest {
  readonly leaf: SvidLeaf;
}

/** What a leaf must be good for. */
export interface LeafUsage {
  readonly usage: CertificateUsage;
  /** Take a leaf without the extended key usage extension. */
  readonly allowMissingExtendedKeyUsage?: boolean;
  /** The longest life it may have, in seconds. Default: any. */
  readonly maximumLifetimeSeconds?: number | undefined;
}

/** A leaf with a path to the bundle. The window is that of the whole path. */
export interface TrustedCertificate extends VerifiedPath {
  /** SHA-256 of the DER, upper-case hex. */
  readonly sha256: string;
  /** Upper-case hex. */
  readonly serialNumber: string;
}

/** A certificate that is trusted for its id. */
export interface VerifiedCertificate extends TrustedCertificate {
  readonly spiffeId: SpiffeId;
}

function violated(check: string, expected: string): Refusal {
  return refuse('CERTIFICATE_PROFILE_VIOLATED', check, { expected });
}

/** Refuses a leaf that may sign others, may not sign at all, or is for another purpose. */
export function judgeLeaf(
  { fields }: ReadCertificate,
  { usage, allowMissingExtendedKeyUsage, maximumLifetimeSeconds }: LeafUsage,
): Refusal | undefined {
  const { keyUsage, extendedKeyUsage } = fields;
  if (fields.isCa) return violated('certificate.basicConstraints', 'no CA');
  if (keyUsage?.critical !== true) return violated('certificate.keyUsage', 'a critical extension');
  if (keyUsage.keyCertSign || keyUsage.crlSign)
    return violated('certificate.keyUsage', 'neither keyCertSign nor cRLSign');
  if (!keyUsage.digitalSignature) return violated('certificate.keyUsage', 'digitalSignature');
  const isForUsage =
    extendedKeyUsage === undefined ? allowMissingExtendedKeyUsage === true : extendedKeyUsage.includes(purposes[usage]);
  if (!isForUsage) return violated('certificate.extendedKeyUsage', `${usage}Auth`);
  return judgeLifetime(fields, maximumLifetimeSeconds);
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

/** Verifies the path of a leaf, whoever it names. Never throws. */
export function verifyCertificate({
  leaf,
  intermediates,
  bundle,
  now,
  usage,
}: CertificateRequest): Outcome<TrustedCertificate> {
  const { authorities, revocationLists } = bundle;
  // A source written in JavaScript may leave the lists out.
  const path = verifyPath({ leaf, intermediates, authorities, revocationLists: revocationLists ?? [], now, usage });
  if (!path.ok) return path;
  return accept({ ...path.value, sha256: sha256Of(leaf.certificate), serialNumber: leaf.certificate.serialNumber });
}

/** Verifies the path of an SVID to the bundle of its own trust domain. Never throws. */
export function verifyX509Svid(request: SvidRequest): Outcome<VerifiedCertificate> {
  const { bundle, leaf } = request;
  if (bundle.trustDomain !== leaf.spiffeId.trustDomain) {
    return refuse('CERTIFICATE_UNTRUSTED', 'trustDomain', {
      expected: bundle.trustDomain,
      actual: leaf.spiffeId.trustDomain,
    });
  }
  const trusted = verifyCertificate(request);
  return trusted.ok ? accept({ ...trusted.value, spiffeId: leaf.spiffeId }) : trusted;
}
