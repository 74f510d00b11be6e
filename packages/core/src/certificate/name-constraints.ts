/**
 * Name constraints (RFC 5280 §4.2.1.10): which names an authority may speak for. DNS and URI names are judged, the
 * latter by their host, which for a SPIFFE ID is the trust domain. A constraint on names of another kind refuses every
 * certificate that has such a name, because a wrong judgement would be a pass.
 */
import { derTags, readChildren, readWhole, type DerElement } from './der.ts';
import type { CertificateFields } from './certificate-fields.ts';
import type { Extension } from './extensions.ts';
import { must, Unreadable } from './unreadable.ts';

/** One subtree of names: the tag of its kind, and its base as text. */
export interface NameSubtree {
  readonly tag: number;
  readonly base: string;
}

/** The constraints of one authority. */
export interface NameConstraints {
  readonly permitted: readonly NameSubtree[];
  readonly excluded: readonly NameSubtree[];
}

/** Names of a certificate, as far as constraints can be about them. */
export type ConstrainedNames = Pick<CertificateFields, 'uris' | 'dnsNames' | 'otherNames' | 'subjectName'>;

const permittedTag = 0xa0;
const excludedTag = 0xa1;
const mailTag = 0x81;
const dnsTag = 0x82;
const directoryTag = 0xa4;
const uriTag = 0x86;
const nameTags: ReadonlySet<number> = new Set([0xa0, mailTag, dnsTag, 0xa3, directoryTag, 0xa5, uriTag, 0x87, 0x88]);
const maximumSubtrees = 1_000;
const maximumComparisons = 100_000;
const emptyName = '3000';
// PKCS #9 emailAddress, as DER: a mail address inside the subject falls under constraints on mail (§4.2.1.10).
const mailInSubject = '06092a864886f70d010901';
const hostName = /^(?:\.?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)?$/;
const uriHost = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([A-Za-z0-9._-]+)(?:[/?#]|$)/;
const address = /^[0-9.]+$/;

function readSubtree(bytes: Uint8Array, subtree: DerElement): NameSubtree {
  const parts = must(subtree.tag === derTags.sequence ? readChildren(bytes, subtree) : undefined, 'name constraints');
  const [base] = parts;
  // minimum and maximum are not used (§4.2.1.10), and DER leaves the default of minimum out.
  if (base === undefined || parts.length > 1 || !nameTags.has(base.tag)) throw new Unreadable('name constraints');
  const text = Buffer.from(bytes.subarray(base.start, base.end)).toString('latin1').toLowerCase();
  if ((base.tag === dnsTag || base.tag === uriTag) && !hostName.test(text)) throw new Unreadable('name constraints');
  return { tag: base.tag, base: text };
}

function readSubtrees(bytes: Uint8Array, list: DerElement | undefined): readonly NameSubtree[] {
  if (list === undefined) return [];
  const subtrees = must(readChildren(bytes, list), 'name constraints');
  if (subtrees.length === 0 || subtrees.length > maximumSubtrees) throw new Unreadable('name constraints');
  return subtrees.map((subtree) => readSubtree(bytes, subtree));
}

/** The constraints, if the extension is there. */
export function readNameConstraints(extension: Extension | undefined): NameConstraints | undefined {
  if (extension === undefined) return undefined;
  const { value } = extension;
  const list = [
    ...must(readChildren(value, must(readWhole(value, derTags.sequence), 'name constraints')), 'name constraints'),
  ];
  const permitted = list[0]?.tag === permittedTag ? list.shift() : undefined;
  const excluded = list[0]?.tag === excludedTag ? list.shift() : undefined;
  // An empty extension constrains nothing, and is forbidden.
  if (list.length > 0 || (permitted ?? excluded) === undefined) throw new Unreadable('name constraints');
  return { permitted: readSubtrees(value, permitted), excluded: readSubtrees(value, excluded) };
}

/** A host lies in the subtree: it is the base, or below it. A base with a leading dot is below only. */
function isBelow(host: string, base: string): boolean {
  return host.endsWith(base.startsWith('.') ? base : `.${base}`) && host.length > base.length;
}

/** §4.2.1.10: a DNS name constrains itself and all below it; the empty one everything. */
function holdsDnsName(base: string, name: string): boolean {
  return base === '' || name === base || isBelow(name, base);
}

/** A wildcard stands for the names right below its parent, so an excluded name among these excludes it. */
function mayHoldDnsName(base: string, name: string): boolean {
  if (!name.includes('*')) return holdsDnsName(base, name);
  const parent = name.slice(name.lastIndexOf('*') + 1).replace(/^[^.]*\.?/, '');
  return holdsDnsName(base, parent) || parent === '' || isBelow(base, parent);
}

/** §4.2.1.10: a URI constraint is one host, or with a leading dot all hosts below it. */
function holdsHost(base: string, host: string): boolean {
  return base.startsWith('.') ? isBelow(host, base) : host === base;
}

function judge(kind: 'dNSName' | 'URI', names: readonly string[], constraints: NameConstraints): string | undefined {
  const tag = kind === 'URI' ? uriTag : dnsTag;
  const ofKind = (list: readonly NameSubtree[]): readonly string[] =>
    list.flatMap((one) => (one.tag === tag ? one.base : []));
  const permitted = ofKind(constraints.permitted);
  const excluded = ofKind(constraints.excluded);
  if (permitted.length + excluded.length === 0) return undefined;
  if (names.length * (permitted.length + excluded.length) > maximumComparisons) return 'too many names';
  for (const name of names) {
    const host = kind === 'URI' ? uriHost.exec(name)?.[1]?.toLowerCase() : name.toLowerCase();
    // §4.2.1.10: a URI without a host, or with an address, is refused once there is a constraint.
    if (host === undefined || (kind === 'URI' && address.test(host))) return name;
    const holds = kind === 'URI' ? holdsHost : holdsDnsName;
    const mayHold = kind === 'URI' ? (base: string) => base === '' || holdsHost(base, host) : mayHoldDnsName;
    if (permitted.length > 0 && !permitted.some((base) => holds(base, host))) return name;
    if (excluded.some((base) => mayHold(base, host))) return name;
  }
  return undefined;
}

/** Kinds of name that a certificate has, besides DNS and URI. */
function otherKinds({ otherNames, subjectName }: ConstrainedNames): ReadonlySet<number> {
  const kinds = new Set(otherNames);
  if (subjectName !== emptyName) kinds.add(directoryTag);
  if (subjectName.includes(mailInSubject)) kinds.add(mailTag);
  return kinds;
}

/** The name that breaks the constraints, or why they cannot be judged; undefined when all names are within them. */
export function brokenConstraint(constraints: NameConstraints, names: ConstrainedNames): string | undefined {
  const kinds = otherKinds(names);
  const isUnjudged = ({ tag }: NameSubtree): boolean => kinds.has(tag);
  if (constraints.permitted.some(isUnjudged) || constraints.excluded.some(isUnjudged)) {
    return 'a name of a kind that is not judged here';
  }
  return judge('URI', names.uris, constraints) ?? judge('dNSName', names.dnsNames, constraints);
}
