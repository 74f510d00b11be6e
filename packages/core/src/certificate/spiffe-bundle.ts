/**
 * Bundle documents (SPIFFE Trust Domain and Bundle §4): a JWK Set with the authorities of a trust domain for X.509 and
 * for JWT. A document does not say whose it is, so that is passed in. What is meant for a reader of another kind is left
 * out; what is meant for us and cannot be used refuses the whole document, because the last good one is then kept.
 */
import { createPublicKey, X509Certificate } from 'node:crypto';
import { judgeSafely } from '../errors/judge-safely.ts';
import { accept, refuse, type Outcome, type Refusal } from '../errors/outcome.ts';
import { isTrustDomain } from '../identity/trust-domain.ts';
import { parseStrictJson, type JsonObject, type JsonValue } from '../signature/strict-json.ts';
import type { TrustBundle } from './trust-bundle.ts';

/** A bundle with what SPIFFE says of it besides. Without authorities it revokes every SVID of the domain. */
export interface SpiffeBundle extends TrustBundle {
  /** Keys of JWT-SVIDs, as JWKs with `kid`. */
  readonly jwtKeys: readonly JsonObject[];
  /** Grows with every change; may exceed what a number holds. */
  readonly sequence: bigint | undefined;
  /** How often to ask for it, in seconds. */
  readonly refreshHintSeconds: number | undefined;
}

const maximumLength = 1024 * 1024;
const maximumKeys = 1_000;
const keyTypes: ReadonlySet<unknown> = new Set(['RSA', 'EC', 'OKP']);
// A number that JSON.parse would round. It cannot stand inside a string, where the quotes would be escaped.
const sequenceNumber = /("spiffe_sequence"\s*:\s*)(0|[1-9]\d{0,39})(?=\s*[,}])/g;
const sequenceText = /"spiffe_sequence"\s*:\s*"/;
const digits = /^\d{1,40}$/;

/** Inside this file a document is given up by throwing. */
class BundleRefused extends Error {
  readonly refusal: Refusal;

  constructor(check: string, expected: string) {
    super(check);
    this.refusal = refuse('TRUST_BUNDLE_UNAVAILABLE', check, { expected });
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readDocument(document: unknown): JsonObject {
  const text = document instanceof Uint8Array ? new TextDecoder('utf-8', { fatal: true }).decode(document) : document;
  if (typeof text !== 'string' || text.length > maximumLength)
    throw new BundleRefused('bundle', 'JSON of 1 MiB at most');
  if (sequenceText.test(text)) throw new BundleRefused('bundle.spiffe_sequence', 'a whole number');
  const json = parseStrictJson(text.replaceAll(sequenceNumber, '$1"$2"'));
  if (!json.ok) throw new BundleRefused('bundle', `JSON, but it ${json.problem}`);
  return json.value;
}

/** Only the first certificate counts (§4.2.2). */
function readAuthority(key: JsonObject): X509Certificate {
  const check = 'bundle.keys.x5c';
  const [first] = Array.isArray(key['x5c']) ? (key['x5c'] as readonly JsonValue[]) : [];
  if (typeof first !== 'string') throw new BundleRefused(check, 'a certificate');
  const raw = Buffer.from(first, 'base64');
  if (raw.toString('base64') !== first) throw new BundleRefused(check, 'base64');
  let isOfKey: boolean;
  let authority: X509Certificate;
  try {
    authority = new X509Certificate(raw);
    isOfKey = createPublicKey({ key: { ...key } as never, format: 'jwk' }).equals(authority.publicKey);
  } catch {
    throw new BundleRefused(check, 'a certificate that can be read');
  }
  // A reader of the key and a reader of the certificate must trust the same.
  if (!isOfKey) throw new BundleRefused(check, 'the certificate of the key');
  if (!authority.ca) throw new BundleRefused(check, 'the certificate of a CA');
  return authority;
}

function readJwtKey(key: JsonObject, known: ReadonlyMap<string, JsonObject>): string {
  const { kid } = key;
  if (typeof kid !== 'string' || kid === '') throw new BundleRefused('bundle.keys.kid', 'the id of a JWT key');
  if (known.has(kid)) throw new BundleRefused('bundle.keys.kid', 'another id for each key');
  if ('d' in key) throw new BundleRefused('bundle.keys', 'public keys only');
  return kid;
}

function readSequence(value: JsonValue | undefined): bigint | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !digits.test(value))
    throw new BundleRefused('bundle.spiffe_sequence', 'a whole number');
  return BigInt(value);
}

function readHint(value: JsonValue | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new BundleRefused('bundle.spiffe_refresh_hint', 'a whole number of seconds');
}

function readBundle(document: JsonValue | undefined, trustDomain: string): SpiffeBundle {
  const keys = isObject(document) ? document['keys'] : undefined;
  if (!isObject(document) || !Array.isArray(keys)) throw new BundleRefused('bundle.keys', 'a list of keys');
  if (keys.length > maximumKeys) throw new BundleRefused('bundle.keys', `at most ${maximumKeys} keys`);
  const authorities: X509Certificate[] = [];
  const jwtKeys = new Map<string, JsonObject>();
  for (const key of keys as readonly JsonValue[]) {
    // §4.2.1: keys of an unknown type or use, or without use, are ignored.
    if (!isObject(key) || !keyTypes.has(key['kty'])) continue;
    if (key['use'] === 'x509-svid') authorities.push(readAuthority(key));
    if (key['use'] === 'jwt-svid') jwtKeys.set(readJwtKey(key, jwtKeys), key);
  }
  return Object.freeze({
    trustDomain,
    authorities: Object.freeze(authorities),
    revocationLists: Object.freeze([]),
    jwtKeys: Object.freeze([...jwtKeys.values()]),
    sequence: readSequence(document['spiffe_sequence']),
    refreshHintSeconds: readHint(document['spiffe_refresh_hint']),
  });
}

function judge<T>(read: () => T): Outcome<T> {
  return judgeSafely(() => {
    try {
      return accept(read());
    } catch (error) {
      if (error instanceof BundleRefused) return error.refusal;
      // Bytes that are no UTF-8.
      if (error instanceof TypeError) return refuse('TRUST_BUNDLE_UNAVAILABLE', 'bundle', { expected: 'JSON' });
      throw error;
    }
  });
}

function checkTrustDomain(trustDomain: unknown): string {
  if (isTrustDomain(trustDomain)) return trustDomain;
  throw new BundleRefused('trustDomain', 'the name of a trust domain');
}

/** Reads the bundle document of a trust domain: text, or its bytes. Never throws. */
export function parseSpiffeBundle(
  document: string | Uint8Array,
  expected: { readonly trustDomain: string },
): Outcome<SpiffeBundle> {
  return judge(() => readBundle(readDocument(document), checkTrustDomain(expected.trustDomain)));
}

/** Reads a map of bundles by trust domain (SPIFFE Federation, bundle map). Never throws. */
export function parseSpiffeBundleMap(document: string | Uint8Array): Outcome<ReadonlyMap<string, SpiffeBundle>> {
  return judge(() => {
    const domains = readDocument(document)['trust_domains'];
    if (!isObject(domains)) throw new BundleRefused('bundles.trust_domains', 'bundles by trust domain');
    return new Map(
      Object.entries(domains).map(([name, bundle]) => [name, readBundle(bundle, checkTrustDomain(name))] as const),
    );
  });
}
