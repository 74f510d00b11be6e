/**
 * Revocation lists (RFC 5280 §5), read from their DER as strictly as certificates are. A list says of every certificate
 * of its issuer whether it is revoked: lists that speak of a part only (delta lists, indirect ones, those of one
 * distribution point or of some reasons) are refused, because silence of such a list proves nothing.
 */
import { constants, verify, type KeyObject, type X509Certificate } from 'node:crypto';
import { derTags, readChildren, readTime, readWhole, type DerElement } from './der.ts';
import { readDistinguishedName } from './distinguished-name.ts';
import { readExtensions } from './extensions.ts';
import { readSerialNumber } from './serial-number.ts';
import { readSignature, type SignatureScheme } from './signature-algorithm.ts';
import { must, Unreadable } from './unreadable.ts';

/** One list. Frozen; whether it is current and who signed it is judged when it is used. */
export interface RevocationList {
  /** The name of the issuer: its DER, as hex. */
  readonly issuerName: string;
  /** Epoch milliseconds. */
  readonly thisUpdate: number;
  /** Epoch milliseconds. A list without it never ends, and is refused. */
  readonly nextUpdate: number;
  /** The number of the list (§5.2.3), when it has one. */
  readonly number: bigint | undefined;
  /** Serial numbers of the revoked certificates, upper-case hex. */
  readonly serialNumbers: ReadonlySet<string>;
  /** The list as PEM, as OpenSSL takes it. */
  readonly pem: string;
  /** Whether the key of this authority signed it. The answer is remembered for the certificate. */
  isSignedBy(authority: X509Certificate): boolean;
}

/** The list, or what cannot be read. */
export type ReadRevocationList =
  | { readonly ok: true; readonly list: RevocationList }
  | { readonly ok: false; readonly problem: string };

const maximumBytes = 4 * 1024 * 1024;
const maximumEntries = 100_000;
const extensionsTag = 0xa0;
const version2 = Buffer.from([0x02, 0x01, 0x01]);
const oids = {
  number: '2.5.29.20',
  delta: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  authorityKeyIdentifier: '2.5.29.35',
} as const;
/** They make a list one of a part of the certificates, or of certificates of others. */
const partial: ReadonlySet<string> = new Set([oids.delta, oids.issuingDistributionPoint]);

function hexOf(bytes: Uint8Array, { from, end }: DerElement): string {
  return Buffer.from(bytes.subarray(from, end)).toString('hex');
}

/** One revoked certificate: serial number, date, and extensions of the entry. */
function readEntry(bytes: Uint8Array, entry: DerElement): string {
  const parts = must(entry.tag === derTags.sequence ? readChildren(bytes, entry) : undefined, 'entry');
  const [serial, date, extensions] = parts;
  if (parts.length < 2 || parts.length > 3) throw new Unreadable('entry');
  must(date && readTime(bytes, date), 'revocationDate');
  if (extensions !== undefined) {
    for (const [oid, { critical }] of readExtensions(bytes, { ...extensions, start: extensions.from })) {
      // §5.3.3: it would move this entry and all after it to another issuer.
      if (critical || oid === oids.certificateIssuer) throw new Unreadable('entry extension that is not understood');
    }
  }
  return readSerialNumber(bytes, serial);
}

function readEntries(bytes: Uint8Array, list: DerElement | undefined): ReadonlySet<string> {
  const serialNumbers = new Set<string>();
  if (list === undefined) return serialNumbers;
  const entries = must(readChildren(bytes, list), 'revokedCertificates');
  if (entries.length > maximumEntries) throw new Unreadable('list with too many entries');
  for (const entry of entries) serialNumbers.add(readEntry(bytes, entry));
  return serialNumbers;
}

function readNumber(bytes: Uint8Array, wrapper: DerElement | undefined): bigint | undefined {
  let number: bigint | undefined;
  for (const [oid, { critical, value }] of readExtensions(bytes, wrapper)) {
    if (partial.has(oid)) throw new Unreadable('list of a part of the certificates');
    if (oid === oids.number) number = BigInt(`0x${readSerialNumber(value, readWhole(value, derTags.integer))}`);
    else if (critical && oid !== oids.authorityKeyIdentifier) throw new Unreadable('critical extension');
  }
  return number;
}

interface Signed {
  readonly body: Uint8Array;
  readonly signature: Uint8Array;
  readonly scheme: SignatureScheme;
}

function isKeyOf({ family }: SignatureScheme, { asymmetricKeyType: type }: KeyObject): boolean {
  // An RSA key without restrictions may sign in both ways.
  return type === family || (family === 'rsa-pss' && type === 'rsa');
}

function isVerified({ body, signature, scheme }: Signed, { publicKey: key }: X509Certificate): boolean {
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO };
  return (
    isKeyOf(scheme, key) &&
    verify(scheme.digest ?? null, body, scheme.family === 'rsa-pss' ? { key, ...pss } : key, signature)
  );
}

/** Whether it holds, found out once for each certificate. */
function signatureOf(signed: Signed): RevocationList['isSignedBy'] {
  const known = new WeakMap<X509Certificate, boolean>();
  return (authority) => {
    const before = known.get(authority);
    if (before !== undefined) return before;
    let holds: boolean;
    try {
      holds = isVerified(signed, authority);
    } catch {
      holds = false;
    }
    known.set(authority, holds);
    return holds;
  };
}

function read(der: Uint8Array): RevocationList {
  if (der.length > maximumBytes) throw new Unreadable('list that is too long');
  const whole = must(readWhole(der, derTags.sequence), 'list');
  const [body, outerAlgorithm, signature, ...rest] = must(readChildren(der, whole), 'list');
  if (body?.tag !== derTags.sequence || outerAlgorithm === undefined || rest.length > 0) throw new Unreadable('list');
  // X.690 §8.6: the first byte counts unused bits, and a signature has none.
  if (signature?.tag !== derTags.bitString || der[signature.start] !== 0) throw new Unreadable('signature');
  const [version, algorithm, issuer, thisUpdate, nextUpdate, ...more] = must(readChildren(der, body), 'list body');
  // §5.1.2.1: version 2, the only one with extensions.
  if (version === undefined || Buffer.compare(der.subarray(version.from, version.end), version2) !== 0)
    throw new Unreadable('version: not 2');
  if (algorithm === undefined || hexOf(der, algorithm) !== hexOf(der, outerAlgorithm))
    throw new Unreadable('signature algorithm');
  const scheme = must(readSignature(der, algorithm).scheme, 'signature algorithm that is not strong');
  const from = must(thisUpdate && readTime(der, thisUpdate), 'thisUpdate');
  const until = must(nextUpdate && readTime(der, nextUpdate), 'nextUpdate');
  if (!(from < until)) throw new Unreadable('nextUpdate');
  const revoked = more[0]?.tag === derTags.sequence ? more.shift() : undefined;
  const wrapper = more.shift();
  if (more.length > 0 || (wrapper !== undefined && wrapper.tag !== extensionsTag)) throw new Unreadable('list body');
  // A copy, so that what the caller does with the bytes later changes nothing.
  const raw = Buffer.from(der);
  const base64 = raw.toString('base64').replaceAll(/.{1,64}/g, '$&\n');
  return Object.freeze({
    issuerName: readDistinguishedName(der, issuer),
    thisUpdate: from,
    nextUpdate: until,
    number: readNumber(der, wrapper),
    serialNumbers: readEntries(der, revoked),
    pem: `-----BEGIN X509 CRL-----\n${base64}-----END X509 CRL-----\n`,
    isSignedBy: signatureOf({
      body: raw.subarray(body.from, body.end),
      signature: raw.subarray(signature.start + 1, signature.end),
      scheme,
    }),
  });
}

/** Reads a DER list, of 4 MiB and 100,000 entries at most. Never throws. */
export function readRevocationList(der: Uint8Array): ReadRevocationList {
  try {
    return { ok: true, list: read(der) };
  } catch (error) {
    return { ok: false, problem: error instanceof Unreadable ? error.message : 'list' };
  }
}
