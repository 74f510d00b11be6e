/**
 * The fields of a certificate that Node does not show, read from its DER: key usage, basic constraints, the exact
 * names. RFC 5280 §4.2. Names come byte for byte, so that text inside a name cannot pose as another name.
 */
import { derTags, readChildren, readElement, readOid, readTime, readWhole, type DerElement } from './der.ts';

/** Bits of the key usage extension that matter here (RFC 5280 §4.2.1.3). */
export interface KeyUsage {
  readonly critical: boolean;
  readonly digitalSignature: boolean;
  readonly keyCertSign: boolean;
  readonly crlSign: boolean;
}

/** The fields. */
export interface CertificateFields {
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
  /** Object identifier. */
  readonly signatureAlgorithm: string;
  /** Critical extensions that are not understood here. Name constraints are among them. */
  readonly unknownCritical: readonly string[];
}

/** The fields, or what cannot be read. */
export type ReadFields =
  | { readonly ok: true; readonly fields: CertificateFields }
  | { readonly ok: false; readonly problem: string };

interface Extension {
  readonly critical: boolean;
  readonly value: Uint8Array;
}

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
const version3 = 2;
const dnsTag = 0x82;
const uriTag = 0x86;
const visibleAscii = /^[\x21-\x7e]+$/;

class Unreadable extends Error {}

function must<T>(value: T | undefined, problem: string): T {
  if (value === undefined) throw new Unreadable(problem);
  return value;
}

function slice(bytes: Uint8Array, element: DerElement): Uint8Array {
  return bytes.subarray(element.start, element.end);
}

function readExtensions(bytes: Uint8Array, wrapper: DerElement | undefined): ReadonlyMap<string, Extension> {
  const extensions = new Map<string, Extension>();
  if (wrapper === undefined) return extensions;
  const list = must(readElement(bytes, wrapper.start, wrapper.end), 'extensions');
  if (list.tag !== derTags.sequence || list.end !== wrapper.end) throw new Unreadable('extensions');
  for (const entry of must(readChildren(bytes, list), 'extensions')) {
    const parts = must(entry.tag === derTags.sequence ? readChildren(bytes, entry) : undefined, 'extension');
    const [name, second, third] = parts;
    const oid = must(name && readOid(bytes, name), 'extension oid');
    const flag = second?.tag === derTags.boolean ? second : undefined;
    // DER writes TRUE as FF and leaves FALSE, the default, out.
    if (flag !== undefined && (flag.end - flag.start !== 1 || bytes[flag.start] !== 0xff))
      throw new Unreadable('critical');
    const value = flag === undefined ? second : third;
    if (value?.tag !== derTags.octetString || parts.length !== (flag === undefined ? 2 : 3))
      throw new Unreadable('extension');
    // RFC 5280 §4.2: an extension stands once. Two readers could pick different ones.
    if (extensions.has(oid)) throw new Unreadable(`extension ${oid} twice`);
    extensions.set(oid, { critical: flag !== undefined, value: slice(bytes, value) });
  }
  return extensions;
}

function readNames(extension: Extension | undefined): { uris: string[]; dnsNames: string[] } {
  const names = { uris: [] as string[], dnsNames: [] as string[] };
  if (extension === undefined) return names;
  const { value } = extension;
  const list = must(readWhole(value, derTags.sequence), 'subject alternative names');
  for (const name of must(readChildren(value, list), 'subject alternative names')) {
    if (name.tag !== uriTag && name.tag !== dnsTag) continue;
    const text = Buffer.from(slice(value, name)).toString('latin1');
    if (!visibleAscii.test(text)) throw new Unreadable('a name with bytes outside visible ASCII');
    (name.tag === uriTag ? names.uris : names.dnsNames).push(text);
  }
  return names;
}

function readBasicConstraints(extension: Extension | undefined): { isCa: boolean; pathLength: number | undefined } {
  if (extension === undefined) return { isCa: false, pathLength: undefined };
  const { value } = extension;
  const list = must(readWhole(value, derTags.sequence), 'basic constraints');
  const [first, second, ...more] = must(readChildren(value, list), 'basic constraints');
  if (first === undefined) return { isCa: false, pathLength: undefined };
  if (first.tag !== derTags.boolean || value[first.start] !== 0xff || more.length > 0)
    throw new Unreadable('basic constraints');
  if (second === undefined) return { isCa: true, pathLength: undefined };
  const length = value[second.start];
  if (second.tag !== derTags.integer || second.end - second.start !== 1 || length === undefined || length > 0x7f) {
    throw new Unreadable('path length');
  }
  return { isCa: true, pathLength: length };
}

function readKeyUsage(extension: Extension | undefined): KeyUsage | undefined {
  if (extension === undefined) return undefined;
  const { value, critical } = extension;
  const bits = must(readWhole(value, derTags.bitString), 'key usage');
  const length = bits.end - bits.start;
  if (length < 2 || length > 3 || (value[bits.start] ?? 8) > 7) throw new Unreadable('key usage');
  const first = value[bits.start + 1] ?? 0;
  return {
    critical,
    digitalSignature: (first & 0x80) !== 0,
    keyCertSign: (first & 0x04) !== 0,
    crlSign: (first & 0x02) !== 0,
  };
}

function readExtendedKeyUsage(extension: Extension | undefined): readonly string[] | undefined {
  if (extension === undefined) return undefined;
  const { value } = extension;
  const list = must(readWhole(value, derTags.sequence), 'extended key usage');
  const purposes = must(readChildren(value, list), 'extended key usage');
  if (purposes.length === 0) throw new Unreadable('extended key usage');
  return purposes.map((purpose) => must(readOid(value, purpose), 'extended key usage'));
}

function read(der: Uint8Array): CertificateFields {
  const whole = must(readWhole(der, derTags.sequence), 'certificate');
  const [tbs, outerAlgorithm, signature, ...rest] = must(readChildren(der, whole), 'certificate');
  if (
    tbs?.tag !== derTags.sequence ||
    outerAlgorithm === undefined ||
    signature?.tag !== derTags.bitString ||
    rest.length > 0
  ) {
    throw new Unreadable('certificate');
  }
  const parts = must(readChildren(der, tbs), 'certificate body');
  const [version, serial, innerAlgorithm, , validity] = parts;
  if (version?.tag !== 0xa0 || der[version.start + 2] !== version3 || version.end - version.start !== 3) {
    throw new Unreadable('version: not 3');
  }
  if (serial?.tag !== derTags.integer || innerAlgorithm === undefined) throw new Unreadable('certificate body');
  // RFC 5280 §4.1.1.2: the two must be the same; only the inner one is signed.
  const [outer, inner] = [outerAlgorithm, innerAlgorithm].map((one) => Buffer.from(der.subarray(one.from, one.end)));
  if (outer === undefined || inner === undefined || !outer.equals(inner)) throw new Unreadable('signature algorithm');
  const [algorithm] = must(readChildren(der, innerAlgorithm), 'signature algorithm');
  const [from, until] = must(validity && readChildren(der, validity), 'validity');
  const wrappers = parts.slice(7).filter((part) => part.tag === 0xa3);
  if (wrappers.length > 1) throw new Unreadable('extensions');
  const extensions = readExtensions(der, wrappers[0]);
  return {
    ...readNames(extensions.get(oids.subjectAltName)),
    ...readBasicConstraints(extensions.get(oids.basicConstraints)),
    keyUsage: readKeyUsage(extensions.get(oids.keyUsage)),
    extendedKeyUsage: readExtendedKeyUsage(extensions.get(oids.extendedKeyUsage)),
    notBefore: must(from && readTime(der, from), 'notBefore'),
    notAfter: must(until && readTime(der, until), 'notAfter'),
    signatureAlgorithm: must(algorithm && readOid(der, algorithm), 'signature algorithm'),
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
