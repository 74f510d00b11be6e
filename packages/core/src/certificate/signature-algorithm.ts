/**
 * How a certificate or a revocation list was signed (RFC 5280 §4.1.1.2): the algorithm, and whether its hash is strong.
 * RSASSA-PSS names its hash in the parameters (RFC 4055 §3.1), and leaving them out means SHA-1, so they are read too.
 */
import { derTags, readChildren, readElement, readOid, type DerElement } from './der.ts';
import { must, Unreadable } from './unreadable.ts';

/** The algorithm of a signature. */
export interface SignatureAlgorithm {
  /** Object identifier. */
  readonly signatureAlgorithm: string;
  /** A hash of the SHA-2 family, or none because the algorithm has its own. MD5 and SHA-1 prove nothing any more. */
  readonly isStronglySigned: boolean;
}

/** What a strong signature is verified with. */
export interface SignatureScheme {
  /** As `node:crypto` names it; undefined when the algorithm has its own. */
  readonly digest: string | undefined;
  readonly family: 'ec' | 'rsa' | 'rsa-pss' | 'ed25519';
}

const strongSchemes: ReadonlyMap<string, SignatureScheme> = new Map([
  ['1.2.840.10045.4.3.2', { family: 'ec', digest: 'sha256' }],
  ['1.2.840.10045.4.3.3', { family: 'ec', digest: 'sha384' }],
  ['1.2.840.10045.4.3.4', { family: 'ec', digest: 'sha512' }],
  ['1.2.840.113549.1.1.11', { family: 'rsa', digest: 'sha256' }],
  ['1.2.840.113549.1.1.12', { family: 'rsa', digest: 'sha384' }],
  ['1.2.840.113549.1.1.13', { family: 'rsa', digest: 'sha512' }],
  ['1.3.101.112', { family: 'ed25519', digest: undefined }],
]);
const rsaPss = '1.2.840.113549.1.1.10';
const mgf1 = '1.2.840.113549.1.1.8';
const strongHashes: ReadonlyMap<string, string> = new Map([
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);
const hashTag = 0xa0;
const maskTag = 0xa1;

/** The only element inside a context tag, split into its children. */
function inside(bytes: Uint8Array, { start, end }: DerElement): readonly DerElement[] {
  const element = must(readElement(bytes, start, end), 'signature parameters');
  if (element.tag !== derTags.sequence || element.end !== end) throw new Unreadable('signature parameters');
  return must(readChildren(bytes, element), 'signature parameters');
}

function oidOf(bytes: Uint8Array, element: DerElement | undefined): string {
  return must(element && readOid(bytes, element), 'signature parameters');
}

/** Both the hash and the hash of the mask must be written down, and strong. */
function readPssScheme(bytes: Uint8Array, parameters: DerElement | undefined): SignatureScheme | undefined {
  if (parameters?.tag !== derTags.sequence) return undefined;
  const [hash, mask] = must(readChildren(bytes, parameters), 'signature parameters');
  if (hash?.tag !== hashTag || mask?.tag !== maskTag) return undefined;
  const [hashName] = inside(bytes, hash);
  const [maskName, maskHash] = inside(bytes, mask);
  if (maskHash?.tag !== derTags.sequence || oidOf(bytes, maskName) !== mgf1) return undefined;
  const [maskHashName] = must(readChildren(bytes, maskHash), 'signature parameters');
  const digest = strongHashes.get(oidOf(bytes, hashName));
  const isMaskStrong = strongHashes.has(oidOf(bytes, maskHashName));
  return digest !== undefined && isMaskStrong ? { family: 'rsa-pss', digest } : undefined;
}

/** Reads an AlgorithmIdentifier; without a scheme when the algorithm is not a strong one. */
export function readSignature(
  bytes: Uint8Array,
  element: DerElement,
): { readonly signatureAlgorithm: string; readonly scheme: SignatureScheme | undefined } {
  if (element.tag !== derTags.sequence) throw new Unreadable('signature algorithm');
  const [name, parameters] = must(readChildren(bytes, element), 'signature algorithm');
  const signatureAlgorithm = must(name && readOid(bytes, name), 'signature algorithm');
  const scheme =
    signatureAlgorithm === rsaPss ? readPssScheme(bytes, parameters) : strongSchemes.get(signatureAlgorithm);
  return { signatureAlgorithm, scheme };
}

/** Reads an AlgorithmIdentifier. */
export function readSignatureAlgorithm(bytes: Uint8Array, element: DerElement): SignatureAlgorithm {
  const { signatureAlgorithm, scheme } = readSignature(bytes, element);
  return { signatureAlgorithm, isStronglySigned: scheme !== undefined };
}
