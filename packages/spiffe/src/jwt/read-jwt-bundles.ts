/**
 * The keys for JWT-SVIDs, by trust domain, from the Workload API (SPIFFE Workload API §6.2). Every key in them is for
 * JWT-SVIDs; SPIRE leaves the `use` out there, so it is written in. A domain whose document cannot be read is left out.
 */
import { isUtf8 } from 'node:buffer';
import { parseStrictJson, type JsonObject, type JsonValue, type JwtBundle } from '@countersign/core';
import { readJwtBundles } from '../workload-api/responses.ts';
import { trustDomainOf } from '../x509/read-bundle.ts';

/** The state that a message holds. */
export interface JwtBundlesUpdate {
  /** By trust domain. */
  readonly bundles: ReadonlyMap<string, JwtBundle>;
  readonly refused: readonly { readonly trustDomain: string; readonly problem: string }[];
}

const use = 'jwt-svid';

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readDocument(trustDomain: string, bytes: Buffer): JwtBundle | string {
  if (!isUtf8(bytes)) return 'is not UTF-8';
  const document = parseStrictJson(bytes.toString('utf8'));
  if (!document.ok) return document.problem;
  const { keys } = document.value;
  if (!Array.isArray(keys)) return 'has no list of keys';
  const list = (keys as readonly JsonValue[]).filter(isObject);
  return Object.freeze({ trustDomain, keys: Object.freeze(list.map((key) => Object.freeze({ use, ...key }))) });
}

/** Reads a message. Answers the problem, as a phrase. */
export function readJwtBundlesUpdate(message: Buffer): JwtBundlesUpdate | string {
  const presented = readJwtBundles(message);
  if (typeof presented === 'string') return presented;
  const bundles = new Map<string, JwtBundle>();
  const refused: { trustDomain: string; problem: string }[] = [];
  for (const [key, bytes] of presented) {
    const trustDomain = trustDomainOf(key);
    const read = trustDomain === undefined ? 'is of no trust domain' : readDocument(trustDomain, bytes);
    if (typeof read === 'string') refused.push({ trustDomain: trustDomain ?? key, problem: read });
    else bundles.set(read.trustDomain, read);
  }
  const [first] = refused;
  return bundles.size === 0 && first !== undefined ? `has a bundle that ${first.problem}` : { bundles, refused };
}
