/**
 * The fields of a certificate that Node does not show, read from its DER: key usage, basic constraints, the exact
 * names, critical extensions (RFC 5280 §4.1). Whatever is not DER in the form of the RFC is refused, so that no two
 * readers of a certificate see two identities in it.
 */
import { derTags, readChildren, readTime, readWhole, type DerElement } from './der.ts';
import {
  readBasicConstraints,
  readExtendedKeyUsage,
  readExtensions,
  readKeyUsage,
  readNames,
  type KeyUsage,
} from './extensions.ts';
import { readSignatureAlgorithm, type SignatureAlgorithm } from './signature-algorithm.ts';
import { must, Unreadable } from './unreadable.ts';

/** The fields. */
export interface CertificateFields extends SignatureAlgorithm {
  /** URI names, exactly as in the certificate. */
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
  readonly isCa: boolean;
  /** Intermediate CAs that may follow, if bounded. */
  readonly pathLength: number | undefined;
  readonly keyUsage: KeyUsage | undefined;
  /** Object identifiers; undefined when the extension is absent. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  /** Epoch milliseconds. */
  readonly notBefore: number;
  /** Epoch milliseconds. */
  readonly notAfter: number;
  /** Critical extensions that are not understood here. Name constraints are among them. */
  readonly unknownCritical: readonly string[];
}

/** The fields, or what cannot be read. */
export type ReadFields =
  | { readonly ok: true; readonly fields: CertificateFields }
  | { readonly ok: false; readonly problem: string };

const oids = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  extendedKeyUsage: '2.5.29.37',
} as const;
const understood: ReadonlySet<string> = new Set([
  oids.keyUsage,
  oids.subjectAltName,
  oids.basicConstraints,
  oids.extendedKeyUsage,
]);

// [0] EXPLICIT INTEGER 2: version 3, the only one with extensions.
const version3 = Buffer.from([0xa0, 0x03, 0x02, 0x01, 0x02]);
const extensionsTag = 0xa3;
const longestSerial = 20;

function equal(bytes: Uint8Array, element: DerElement | undefined, expected: Uint8Array): boolean {
  return element !== undefined && Buffer.compare(bytes.subarray(element.from, element.end), expected) === 0;
}

/** RFC 5280 §4.1.2.2: no negative number, at most 20 bytes, written in the fewest (X.690 §8.3.2). */
function checkSerial(bytes: Uint8Array, element: DerElement | undefined): void {
  const length = element === undefined ? 0 : element.end - element.start;
  if (element?.tag !== derTags.integer || length === 0) throw new Unreadable('serial number');
  const [first = 0, second = 0] = bytes.subarray(element.start, element.end);
  const padded = first === 0 && length > 1;
  if (first >= 0x80 || (padded && second < 0x80) || length - Number(padded) > longestSerial) {
    throw new Unreadable('serial number');
  }
}

function readValidity(bytes: Uint8Array, element: DerElement | undefined): { notBefore: number; notAfter: number } {
  const times = must(element?.tag === derTags.sequence ? readChildren(bytes, element) : undefined, 'validity');
  const [from, until] = times;
  if (times.length !== 2) throw new Unreadable('validity');
  return {
    notBefore: must(from && readTime(bytes, from), 'notBefore'),
    notAfter: must(until && readTime(bytes, until), 'notAfter'),
  };
}

function read(der: Uint8Array): CertificateFields {
  const whole = must(readWhole(der, derTags.sequence), 'certificate');
  const [body, outerAlgorithm, signature, ...rest] = must(readChildren(der, whole), 'certificate');
  if (
    body?.tag !== derTags.sequence ||
    outerAlgorithm === undefined ||
    signature?.tag !== derTags.bitString ||
    rest.length > 0
  ) {
    throw new Unreadable('certificate');
  }
  const parts = must(readChildren(der, body), 'certificate body');
  const [version, serial, algorithm, , validity, , , wrapper] = parts;
  if (!equal(der, version, version3)) throw new Unreadable('version: not 3');
  checkSerial(der, serial);
  // After the subject's key come the extensions. Unique identifiers in between are obsolete (RFC 5280 §4.1.2.8).
  if (algorithm === undefined || parts.length < 7 || parts.length > 8) throw new Unreadable('certificate body');
  if (wrapper !== undefined && wrapper.tag !== extensionsTag) throw new Unreadable('certificate body');
  // RFC 5280 §4.1.1.2: the two must be the same; only the inner one is signed.
  if (!equal(der, outerAlgorithm, der.subarray(algorithm.from, algorithm.end)))
    throw new Unreadable('signature algorithm');
  const extensions = readExtensions(der, wrapper);
  return {
    ...readSignatureAlgorithm(der, algorithm),
    ...readNames(extensions.get(oids.subjectAltName)),
    ...readBasicConstraints(extensions.get(oids.basicConstraints)),
    ...readValidity(der, validity),
    keyUsage: readKeyUsage(extensions.get(oids.keyUsage)),
    extendedKeyUsage: readExtendedKeyUsage(extensions.get(oids.extendedKeyUsage)),
    unknownCritical: [...extensions]
      // Name constraints are not evaluated here, so even a lax (non-critical) one refuses: fewer paths, no wrong ones.
      .filter(([oid, { critical }]) => (critical && !understood.has(oid)) || oid === oids.nameConstraints)
      .map(([oid]) => oid),
  };
}

/** Reads the fields of a DER certificate. Never throws. */
export function readCertificateFields(der: Uint8Array): ReadFields {
  try {
    return { ok: true, fields: read(der) };
  } catch (error) {
    return { ok: false, problem: error instanceof Unreadable ? error.message : 'certificate' };
  }
}
