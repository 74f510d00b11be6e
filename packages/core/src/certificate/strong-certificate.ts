/** What holds for every certificate of a path: readable, nothing critical left unread, and hard to forge. */
import type { X509Certificate } from 'node:crypto';
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import { readCertificateFields, type CertificateFields } from './certificate-fields.ts';

/** A certificate with its fields. */
export interface ReadCertificate {
  readonly certificate: X509Certificate;
  readonly fields: CertificateFields;
}

const minimumModulusLength = 2048;
const curves: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

function isStrong({ asymmetricKeyType: type, asymmetricKeyDetails: details }: X509Certificate['publicKey']): boolean {
  if (type === 'rsa' || type === 'rsa-pss') return (details?.modulusLength ?? 0) >= minimumModulusLength;
  if (type === 'ec') return curves.has(details?.namedCurve ?? '');
  return type === 'ed25519';
}

/** Reads a certificate and checks its strength. Never throws. */
export function readStrong(certificate: X509Certificate): Outcome<ReadCertificate> {
  const read = readCertificateFields(certificate.raw);
  if (!read.ok) return refuse('CERTIFICATE_PROFILE_VIOLATED', `certificate.${read.problem}`);
  const { fields } = read;
  if (!fields.isStronglySigned) {
    return refuse('CERTIFICATE_PROFILE_VIOLATED', 'certificate.signatureAlgorithm', {
      expected: 'SHA-2 or Ed25519',
      actual: fields.signatureAlgorithm,
    });
  }
  if (fields.unknownCritical.length > 0) {
    const actual = fields.unknownCritical.join(' ');
    return refuse('CERTIFICATE_PROFILE_VIOLATED', 'certificate.criticalExtension', { actual });
  }
  try {
    if (!isStrong(certificate.publicKey)) return refuse('CERTIFICATE_PROFILE_VIOLATED', 'certificate.publicKey');
  } catch {
    return refuse('CERTIFICATE_PROFILE_VIOLATED', 'certificate.publicKey');
  }
  return accept({ certificate, fields });
}
