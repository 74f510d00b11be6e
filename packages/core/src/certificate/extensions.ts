/**
 * The extensions of a certificate that say what it is good for (RFC 5280 §4.2): names, constraints, usages. Names come
 * byte for byte, so that text inside a name cannot pose as another name. What two readers could read in two ways is
 * not read at all.
 */
import { derTags, readChildren, readElement, readOid, readWhole, type DerElement } from './der.ts';
import { must, Unreadable } from './unreadable.ts';

/** Bits of the key usage extension that matter here (RFC 5280 §4.2.1.3). */
export interface KeyUsage {
  readonly critical: boolean;
  readonly digitalSignature: boolean;
  readonly keyCertSign: boolean;
  readonly crlSign: boolean;
}

/** An extension, its value not yet read. */
export interface Extension {
  readonly critical: boolean;
  readonly value: Uint8Array;
}

const uriTag = 0x86;
const dnsTag = 0x82;
// GeneralName (RFC 5280 §4.2.1.6): otherName, rfc822Name, dNSName, x400Address, directoryName, ediPartyName, URI,
// iPAddress, registeredID. The same number with the other form, such as A6, is a name to some readers only.
const nameTags: ReadonlySet<number> = new Set([0xa0, 0x81, dnsTag, 0xa3, 0xa4, 0xa5, uriTag, 0x87, 0x88]);
const visibleAscii = /^[\x21-\x7e]+$/;

function slice(bytes: Uint8Array, element: DerElement): Uint8Array {
  return bytes.subarray(element.start, element.end);
}

/** DER writes TRUE as FF and leaves FALSE, the default of every boolean here, out. */
function isTrue(bytes: Uint8Array, { tag, start, end }: DerElement): boolean {
  return tag === derTags.boolean && end - start === 1 && bytes[start] === 0xff;
}

/** The extensions by object identifier. */
export function readExtensions(bytes: Uint8Array, wrapper: DerElement | undefined): ReadonlyMap<string, Extension> {
  const extensions = new Map<string, Extension>();
  if (wrapper === undefined) return extensions;
  const list = must(readElement(bytes, wrapper.start, wrapper.end), 'extensions');
  if (list.tag !== derTags.sequence || list.end !== wrapper.end) throw new Unreadable('extensions');
  for (const entry of must(readChildren(bytes, list), 'extensions')) {
    const parts = must(entry.tag === derTags.sequence ? readChildren(bytes, entry) : undefined, 'extension');
    const [name, second, third] = parts;
    const oid = must(name && readOid(bytes, name), 'extension oid');
    const flag = second?.tag === derTags.boolean ? second : undefined;
    if (flag !== undefined && !isTrue(bytes, flag)) throw new Unreadable('critical');
    const value = flag === undefined ? second : third;
    if (value?.tag !== derTags.octetString || parts.length !== (flag === undefined ? 2 : 3))
      throw new Unreadable('extension');
    // RFC 5280 §4.2: an extension stands once. Two readers could pick different ones.
    if (extensions.has(oid)) throw new Unreadable(`extension ${oid} twice`);
    extensions.set(oid, { critical: flag !== undefined, value: slice(bytes, value) });
  }
  return extensions;
}

/** Names of a certificate. */
export interface SubjectNames {
  /** URI names, exactly as in the certificate. */
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
  /** Tags of names of other kinds (RFC 5280 §4.2.1.6), e.g. 0x87 for an address. */
  readonly otherNames: readonly number[];
}

/** The names of the subject. */
export function readNames(extension: Extension | undefined): SubjectNames {
  const names = { uris: [] as string[], dnsNames: [] as string[], otherNames: [] as number[] };
  if (extension === undefined) return names;
  const { value } = extension;
  const list = must(readWhole(value, derTags.sequence), 'subject alternative names');
  for (const name of must(readChildren(value, list), 'subject alternative names')) {
    if (!nameTags.has(name.tag)) throw new Unreadable('a name of unknown kind');
    if (name.tag !== uriTag && name.tag !== dnsTag) {
      names.otherNames.push(name.tag);
      continue;
    }
    const text = Buffer.from(slice(value, name)).toString('latin1');
    if (!visibleAscii.test(text)) throw new Unreadable('a name with bytes outside visible ASCII');
    (name.tag === uriTag ? names.uris : names.dnsNames).push(text);
  }
  return names;
}

/** Whether this is a CA, and how many intermediates may follow it. */
export function readBasicConstraints(extension: Extension | undefined): {
  readonly isCa: boolean;
  readonly pathLength: number | undefined;
} {
  if (extension === undefined) return { isCa: false, pathLength: undefined };
  const { value } = extension;
  const list = must(readWhole(value, derTags.sequence), 'basic constraints');
  const [first, second, ...more] = must(readChildren(value, list), 'basic constraints');
  if (first === undefined) return { isCa: false, pathLength: undefined };
  if (!isTrue(value, first) || more.length > 0) throw new Unreadable('basic constraints');
  if (second === undefined) return { isCa: true, pathLength: undefined };
  const length = value[second.start];
  if (second.tag !== derTags.integer || second.end - second.start !== 1 || length === undefined || length > 0x7f) {
    throw new Unreadable('path length');
  }
  return { isCa: true, pathLength: length };
}

/** The key usage. */
export function readKeyUsage(extension: Extension | undefined): KeyUsage | undefined {
  if (extension === undefined) return undefined;
  const { value, critical } = extension;
  const bits = must(readWhole(value, derTags.bitString), 'key usage');
  const length = bits.end - bits.start;
  const unused = value[bits.start] ?? 8;
  if (length < 2 || length > 3 || unused > 7) throw new Unreadable('key usage');
  // X.690 §11.2.1: unused bits are zero. OpenSSL ignores them, so a right hidden there would be ours alone.
  if (((value[bits.end - 1] ?? 0) & ((1 << unused) - 1)) !== 0) throw new Unreadable('key usage');
  const first = value[bits.start + 1] ?? 0;
  return {
    critical,
    digitalSignature: (first & 0x80) !== 0,
    keyCertSign: (first & 0x04) !== 0,
    crlSign: (first & 0x02) !== 0,
  };
}

/** The purposes, as object identifiers. */
export function readExtendedKeyUsage(extension: Extension | undefined): readonly string[] | undefined {
  if (extension === undefined) return undefined;
  const { value } = extension;
  const list = must(readWhole(value, derTags.sequence), 'extended key usage');
  const purposes = must(readChildren(value, list), 'extended key usage');
  if (purposes.length === 0) throw new Unreadable('extended key usage');
  return purposes.map((purpose) => must(readOid(value, purpose), 'extended key usage'));
}
