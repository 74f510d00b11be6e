/**
 * The fields of a certificate that Node does not show, read from its DER: key usage, basic constraints, the exact
 * names, critical extensions (RFC 5280 §4.1). Whatever is not DER in the form of the RFC is refused, so that no two
 * readers of a certificate see two identities in it.
 */
import { derTags, readChildren, readTime, readWhole, type DerElement } from './der.ts';
import { readDistinguishedName } from './distinguished-name.ts';
import {
  readBasicConstraints,
  readExtendedKeyUsage,
  readExtensions,
  readKeyUsage,
  readNames,
  type KeyUsage,
  type SubjectNames,
} from './extensions.ts';
import { readNameConstraints, type NameConstraints } from './name-constraints.ts';
import { readSerialNumber } from './serial-number.ts';
import { readSignatureAlgorithm, type SignatureAlgorithm } from './signature-algorithm.ts';
import { must, Unreadable } from './unreadable.ts';

/** The fields. */
export interface CertificateFields extends SignatureAlgorithm, SubjectNames {
  /** Upper-case hex, two digits a byte. */
  readonly serialNumber: string;
  /** Who issued it: the DER of the name, as hex. */
  readonly issuerName: string;
  /** The DER of the subject's name, as hex. Never an identity. */
  readonly subjectName: string;
  readonly isCa: boolean;
  /** Intermediate CAs that may follow, if bounded. */
  readonly pathLength: number | undefined;
  /** What a CA may speak for, if bounded. */
  readonly nameConstraints: NameConstraints | undefined;
  readonly keyUsage: KeyUsage | undefined;
  /** Object identifiers; undefined when the extension is absent. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  /** Epoch milliseconds. */
  readonly notBefore: number;
  /** Epoch milliseconds. */
  readonly notAfter: number;
  /** Critical extensions that are not understood here. */
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
  oids.nameConstraints,
  oids.extendedKeyUsage,
]);

// [0] EXPLICIT INTEGER 2: version 3, the only one with extensions.
const version3 = Buffer.from([0xa0, 0x03, 0x02, 0x01, 0x02]);
const extensionsTag = 0xa3;

function equal(bytes: Uint8Array, element: DerElement | undefined, expected: Uint8Array): boolean {
  return element !== undefined && Buffer.compare(bytes.subarray(element.from, element.end), expected) === 0;
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
  const [version, serial, algorithm, issuer, validity, subject, , wrapper] = parts;
  if (!equal(der, version, version3)) throw new Unreadable('version: not 3');
  const serialNumber = readSerialNumber(der, serial);
  // After the subject's key come the extensions. Unique identifiers in between are obsolete (RFC 5280 §4.1.2.8).
  if (algorithm === undefined || parts.length < 7 || parts.length > 8) throw new Unreadable('certificate body');
  if (wrapper !== undefined && wrapper.tag !== extensionsTag) throw new Unreadable('certificate body');
  // RFC 5280 §4.1.1.2: the two must be the same; only the inner one is signed.
  if (!equal(der, outerAlgorithm, der.subarray(algorithm.from, algorithm.end)))
    throw new Unreadable('signature algorithm');
  const extensions = readExtensions(der, wrapper);
  const basic = readBasicConstraints(extensions.get(oids.basicConstraints));
  const nameConstraints = readNameConstraints(extensions.get(oids.nameConstraints));
  // RFC 5280 §4.2.1.10: in a CA certificate only.
  if (nameConstraints !== undefined && !basic.isCa) throw new Unreadable('name constraints of no CA');
  return {
    ...readSignatureAlgorithm(der, algorithm),
    ...readNames(extensions.get(oids.subjectAltName)),
    ...basic,
    ...readValidity(der, validity),
    serialNumber,
    issuerName: readDistinguishedName(der, issuer),
    subjectName: readDistinguishedName(der, subject),
    nameConstraints,
    keyUsage: readKeyUsage(extensions.get(oids.keyUsage)),
    extendedKeyUsage: readExtendedKeyUsage(extensions.get(oids.extendedKeyUsage)),
    unknownCritical: [...extensions]
      .filter(([oid, { critical }]) => critical && !understood.has(oid))
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
