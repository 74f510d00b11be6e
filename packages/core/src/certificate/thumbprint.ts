/** Fingerprints of a certificate: SHA-256 over its DER, in the two spellings the field uses. */
import { createHash, type X509Certificate } from 'node:crypto';

/** Upper-case hex without colons, as OpenTelemetry and ECS write it. */
export function sha256Of(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '');
}

/** The `x5t#S256` confirmation (RFC 8705 §3.1): base64url without padding. */
export function thumbprintOf(certificate: X509Certificate): string {
  return createHash('sha256').update(certificate.raw).digest('base64url');
}
