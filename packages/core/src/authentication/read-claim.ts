/** Who a leaf claims to be, and who could vouch for that: read once for a connection, and not believed yet. */
import type { X509Certificate } from 'node:crypto';
import { readCertificateFields } from '../certificate/certificate-fields.ts';
import { judgeLifetime } from '../certificate/certificate-lifetime.ts';
import { readPlainLeaf } from '../certificate/plain-certificate.ts';
import type { ReadCertificate } from '../certificate/strong-certificate.ts';
import type { TrustBundleSource } from '../certificate/trust-bundle.ts';
import { readSvidLeaf } from '../certificate/verify-certificate.ts';
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import type { ClientCertificateSettings } from './client-certificate-options.ts';
import type { CertifiedName } from './identity-of-certificate.ts';

/** The claim. */
export interface CertificateClaim extends CertifiedName {
  readonly leaf: ReadCertificate;
  /** Who knows the bundle that it must lead to. */
  readonly source: TrustBundleSource;
  /** As orders of revocation name it. */
  readonly issuer: string;
}

/** A certificate with a URI name is an SVID or nothing, so that no mapping can lend another name to one. */
function isPlain(certificate: X509Certificate): boolean {
  const read = readCertificateFields(certificate.raw);
  return read.ok && read.fields.uris.length === 0;
}

/** Reads a certificate without SPIFFE ID. */
function readPlain(certificate: X509Certificate, { names }: ClientCertificateSettings): Outcome<CertificateClaim> {
  const leaf = readPlainLeaf(certificate, { names, usage: 'client' });
  if (!leaf.ok) return leaf;
  const { dnsName, mapped, fields } = leaf.value;
  const { pki, workload } = mapped;
  const fault = judgeLifetime(fields, pki.maximumLifetimeSeconds);
  if (fault !== undefined) return fault;
  const { name: trustDomain, source } = pki;
  return accept({ leaf: leaf.value, workload, trustDomain, dnsName, source, issuer: `pki:${trustDomain}` });
}

/** Reads the claim. Never throws. */
export function readClaim(
  certificate: X509Certificate,
  settings: ClientCertificateSettings,
  allowMissingExtendedKeyUsage: boolean,
): Outcome<CertificateClaim> {
  const { source, names, maximumLifetimeSeconds } = settings;
  if (names.size > 0 && isPlain(certificate)) return readPlain(certificate, settings);
  const leaf = readSvidLeaf(certificate, { usage: 'client', allowMissingExtendedKeyUsage, maximumLifetimeSeconds });
  if (!leaf.ok) return leaf;
  const { trustDomain, text: workload } = leaf.value.spiffeId;
  if (source === undefined) {
    return refuse('CERTIFICATE_UNTRUSTED', 'trustDomain', { expected: 'a known trust domain', actual: trustDomain });
  }
  return accept({ leaf: leaf.value, workload, trustDomain, source, issuer: `spiffe://${trustDomain}` });
}
