/**
 * The path from a leaf to an authority of one trust bundle (RFC 5280 §6.1): signatures, validity, CA rights, path
 * length, key and signature strength. The presented intermediates help to find the path and are trusted for nothing.
 */
import type { X509Certificate } from 'node:crypto';
import { accept, refuse, type Outcome, type Refusal } from '../errors/outcome.ts';
import { readCertificateFields, type CertificateFields } from './certificate-fields.ts';

/** A certificate with its fields. */
export interface ReadCertificate {
  readonly certificate: X509Certificate;
  readonly fields: CertificateFields;
}

/** What a path is sought for. */
export interface PathRequest {
  readonly leaf: ReadCertificate;
  readonly intermediates: readonly X509Certificate[];
  readonly authorities: readonly X509Certificate[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** When the whole path is valid, in epoch milliseconds. */
export interface PathWindow {
  readonly notBefore: number;
  readonly notAfter: number;
}

const maximumIntermediates = 8;
const minimumModulusLength = 2048;

// Every one with SHA-2: a certificate signed over MD5 or SHA-1 proves nothing any more.
const signatureAlgorithms: ReadonlySet<string> = new Set([
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
  '1.2.840.113549.1.1.10',
  '1.2.840.113549.1.1.11',
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  '1.3.101.112',
]);
const curves: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

function isStrong({ asymmetricKeyType: type, asymmetricKeyDetails: details }: X509Certificate['publicKey']): boolean {
  if (type === 'rsa' || type === 'rsa-pss') return (details?.modulusLength ?? 0) >= minimumModulusLength;
  if (type === 'ec') return curves.has(details?.namedCurve ?? '');
  return type === 'ed25519';
}

/** Reads a certificate and checks what holds for every certificate of a path. */
export function readStrong(certificate: X509Certificate): Outcome<ReadCertificate> {
  const read = readCertificateFields(certificate.raw);
  if (!read.ok) return refuse('CERTIFICATE_PROFILE_VIOLATED', `certificate.${read.problem}`);
  const { fields } = read;
  if (!signatureAlgorithms.has(fields.signatureAlgorithm)) {
    return refuse('CERTIFICATE_PROFILE_VIOLATED', 'certificate.signatureAlgorithm', {
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

function isIssuedBy(child: X509Certificate, parent: X509Certificate): boolean {
  try {
    return child.checkIssued(parent) && child.verify(parent.publicKey);
  } catch {
    return false;
  }
}

/** Finds the issuers of a certificate up to an authority, nearest first. Each intermediate is used once. */
function findIssuers(
  certificate: X509Certificate,
  request: PathRequest,
  left: readonly X509Certificate[],
): readonly X509Certificate[] | undefined {
  const authority = request.authorities.find((one) => isIssuedBy(certificate, one));
  if (authority !== undefined) return [authority];
  for (const intermediate of left) {
    if (!isIssuedBy(certificate, intermediate)) continue;
    const above = findIssuers(
      intermediate,
      request,
      left.filter((one) => one !== intermediate),
    );
    if (above !== undefined) return [intermediate, ...above];
  }
  return undefined;
}

function judgeIssuer({ fields }: ReadCertificate, below: number): Refusal | undefined {
  if (!fields.isCa) return refuse('CERTIFICATE_UNTRUSTED', 'issuer.basicConstraints', { expected: 'a CA' });
  // RFC 5280 §4.2.1.3: a CA that signs certificates says so.
  if (fields.keyUsage?.keyCertSign !== true)
    return refuse('CERTIFICATE_UNTRUSTED', 'issuer.keyUsage', { expected: 'keyCertSign' });
  if (fields.pathLength !== undefined && below > fields.pathLength) {
    return refuse('CERTIFICATE_UNTRUSTED', 'issuer.pathLength', { expected: `at most ${fields.pathLength}` });
  }
  return undefined;
}

/** Finds and checks the path. Never throws. */
export function verifyPath(request: PathRequest): Outcome<PathWindow> {
  const { leaf, intermediates, now } = request;
  if (intermediates.length > maximumIntermediates) {
    return refuse('CERTIFICATE_UNTRUSTED', 'path.length', {
      expected: `at most ${maximumIntermediates} intermediates`,
    });
  }
  const issuers = findIssuers(leaf.certificate, request, intermediates);
  if (issuers === undefined) return refuse('CERTIFICATE_UNTRUSTED', 'path', { expected: 'a path to the trust bundle' });
  const path: ReadCertificate[] = [leaf];
  for (const [index, issuer] of issuers.entries()) {
    const read = readStrong(issuer);
    if (!read.ok) return read;
    // `index` intermediates stand between this issuer and the leaf.
    const fault = judgeIssuer(read.value, index);
    if (fault !== undefined) return fault;
    path.push(read.value);
  }
  const window = {
    notBefore: Math.max(...path.map(({ fields }) => fields.notBefore)),
    notAfter: Math.min(...path.map(({ fields }) => fields.notAfter)),
  };
  return judgeWindow(window, now) ?? accept(window);
}

/** Refuses outside the window. */
export function judgeWindow({ notBefore, notAfter }: PathWindow, now: number): Refusal | undefined {
  if (now < notBefore)
    return refuse('CERTIFICATE_EXPIRED', 'notBefore', { expected: new Date(notBefore).toISOString() });
  if (now > notAfter) return refuse('CERTIFICATE_EXPIRED', 'notAfter', { expected: new Date(notAfter).toISOString() });
  return undefined;
}
