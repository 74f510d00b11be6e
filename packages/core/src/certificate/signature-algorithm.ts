/**
 * How a certificate was signed (RFC 5280 §4.1.1.2): the algorithm, and whether its hash is strong. RSASSA-PSS names its
 * hash in the parameters (RFC 4055 §3.1), and leaving them out means SHA-1, so they are read as well.
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

// ECDSA and RSA (PKCS #1 v1.5) with SHA-256, SHA-384, SHA-512; Ed25519.
const strongAlgorithms: ReadonlySet<string> = new Set([
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
  '1.2.840.113549.1.1.11',
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  '1.3.101.112',
]);
const rsaPss = '1.2.840.113549.1.1.10';
const mgf1 = '1.2.840.113549.1.1.8';
const strongHashes: ReadonlySet<string> = new Set([
  '2.16.840.1.101.3.4.2.1',
  '2.16.840.1.101.3.4.2.2',
  '2.16.840.1.101.3.4.2.3',
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
function hasStrongParameters(bytes: Uint8Array, parameters: DerElement | undefined): boolean {
  if (parameters?.tag !== derTags.sequence) return false;
  const [hash, mask] = must(readChildren(bytes, parameters), 'signature parameters');
  if (hash?.tag !== hashTag || mask?.tag !== maskTag) return false;
  const [hashName] = inside(bytes, hash);
  const [maskName, maskHash] = inside(bytes, mask);
  if (maskHash?.tag !== derTags.sequence || oidOf(bytes, maskName) !== mgf1) return false;
  const [maskHashName] = must(readChildren(bytes, maskHash), 'signature parameters');
  return strongHashes.has(oidOf(bytes, hashName)) && strongHashes.has(oidOf(bytes, maskHashName));
}

/** Reads an AlgorithmIdentifier. */
export function readSignatureAlgorithm(bytes: Uint8Array, element: DerElement): SignatureAlgorithm {
  if (element.tag !== derTags.sequence) throw new Unreadable('signature algorithm');
  const [name, parameters] = must(readChildren(bytes, element), 'signature algorithm');
  const signatureAlgorithm = must(name && readOid(bytes, name), 'signature algorithm');
  const isStronglySigned =
    signatureAlgorithm === rsaPss ? hasStrongParameters(bytes, parameters) : strongAlgorithms.has(signatureAlgorithm);
  return { signatureAlgorithm, isStronglySigned };
}
