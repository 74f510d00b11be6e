/**
 * The answers of the Workload API as they are on the wire (SPIFFE Workload API §5, §6): read, complete, and not yet
 * believed. A message without a mandatory field is refused as a whole (§4.5).
 */
import { lastOf, mapOf, readMessage, textOf } from '../protobuf/read-message.ts';

/** An X.509-SVID as it came. */
export interface PresentedSvid {
  readonly spiffeId: string;
  /** The chain as concatenated DER, leaf first. */
  readonly chain: Buffer;
  /** PKCS #8 DER. Secret. */
  readonly key: Buffer;
  /** The authorities of its trust domain, as concatenated DER. */
  readonly bundle: Buffer;
  readonly hint: string;
}

/** Bundles as they came, by the SPIFFE ID of their trust domain. */
export type PresentedBundles = ReadonlyMap<string, Buffer>;

/** The answer of FetchX509SVID. */
export interface X509SvidResponse {
  readonly svids: readonly PresentedSvid[];
  readonly revocationLists: readonly Buffer[];
  readonly federatedBundles: PresentedBundles;
}

/** The answer of FetchX509Bundles. */
export interface X509BundlesResponse {
  readonly revocationLists: readonly Buffer[];
  readonly bundles: PresentedBundles;
}

/** A JWT-SVID as it came. */
export interface PresentedJwtSvid {
  readonly spiffeId: string;
  /** Secret. */
  readonly token: string;
  readonly hint: string;
}

/** Identities of one process. SPIRE itself stays below a hundred. */
const maximumSvids = 1_000;
const longestHintBytes = 1_024;

function readSvid(bytes: Buffer): PresentedSvid | string {
  const fields = readMessage(bytes, [1, 2, 3, 4, 5]);
  if (typeof fields === 'string') return `has an entry that ${fields}`;
  const spiffeId = textOf(fields.get(1));
  const hint = textOf(fields.get(5));
  if (spiffeId === undefined || hint === undefined) return 'has an entry with a text that is not UTF-8';
  if (lastOf(fields.get(5)).length > longestHintBytes) return `has a hint of more than ${longestHintBytes} bytes`;
  const chain = lastOf(fields.get(2));
  const key = lastOf(fields.get(3));
  const bundle = lastOf(fields.get(4));
  const mandatory = { spiffe_id: spiffeId, x509_svid: chain, x509_svid_key: key, bundle };
  const missing = Object.entries(mandatory).find(([, value]) => value.length === 0);
  return missing === undefined ? { spiffeId, chain, key, bundle, hint } : `has an entry without ${missing[0]}`;
}

function readList<T>(
  values: readonly Buffer[] | undefined,
  read: (bytes: Buffer) => T | string,
): readonly T[] | string {
  if (values === undefined) return 'has no svids';
  if (values.length > maximumSvids) return `has more than ${maximumSvids} svids`;
  const list: T[] = [];
  for (const value of values) {
    const one = read(value);
    if (typeof one === 'string') return one;
    list.push(one);
  }
  return list;
}

/** Reads an X509SVIDResponse. Answers the problem, as a phrase. */
export function readX509Svids(message: Buffer): X509SvidResponse | string {
  const fields = readMessage(message, [1, 2, 3]);
  if (typeof fields === 'string') return fields;
  const svids = readList(fields.get(1), readSvid);
  if (typeof svids === 'string') return svids;
  const federatedBundles = mapOf(fields.get(3));
  if (typeof federatedBundles === 'string') return federatedBundles;
  return { svids, revocationLists: fields.get(2) ?? [], federatedBundles };
}

/** Reads an X509BundlesResponse. Answers the problem, as a phrase. */
export function readX509Bundles(message: Buffer): X509BundlesResponse | string {
  const fields = readMessage(message, [1, 2]);
  if (typeof fields === 'string') return fields;
  const bundles = mapOf(fields.get(2));
  if (typeof bundles === 'string') return bundles;
  return bundles.size === 0 ? 'has no bundles' : { revocationLists: fields.get(1) ?? [], bundles };
}

/** Reads a JWTBundlesResponse. Answers the problem, as a phrase. */
export function readJwtBundles(message: Buffer): PresentedBundles | string {
  const fields = readMessage(message, [1]);
  if (typeof fields === 'string') return fields;
  const bundles = mapOf(fields.get(1));
  return typeof bundles !== 'string' && bundles.size === 0 ? 'has no bundles' : bundles;
}

function readJwtSvid(bytes: Buffer): PresentedJwtSvid | string {
  const fields = readMessage(bytes, [1, 2, 3]);
  if (typeof fields === 'string') return `has an entry that ${fields}`;
  const spiffeId = textOf(fields.get(1));
  const token = textOf(fields.get(2));
  const hint = textOf(fields.get(3));
  if (spiffeId === undefined || token === undefined || hint === undefined) {
    return 'has an entry with a text that is not UTF-8';
  }
  if (spiffeId === '' || token === '') return `has an entry without ${spiffeId === '' ? 'spiffe_id' : 'svid'}`;
  return { spiffeId, token, hint };
}

/** Reads a JWTSVIDResponse. Answers the problem, as a phrase. */
export function readJwtSvids(message: Buffer): readonly PresentedJwtSvid[] | string {
  const fields = readMessage(message, [1]);
  return typeof fields === 'string' ? fields : readList(fields.get(1), readJwtSvid);
}
