/** A public key as it is published (RFC 7517 §4): the members of a public key by their names, and never one more. */
import type { JsonWebKey, KeyObject } from 'node:crypto';
import type { Algorithm } from './algorithms.ts';

/** The document of a public key that verifies. */
export interface PublicJwk {
  readonly kid: string;
  readonly kty: string;
  readonly alg: Algorithm;
  readonly use: 'sig';
  readonly [member: string]: string;
}

/** Keys that verify (RFC 7517 §5). */
export interface JwksDocument {
  readonly keys: readonly PublicJwk[];
}

/** What a public key consists of, by any type (RFC 7518 §6, RFC 8037 §2). */
const publicMembers = ['kty', 'crv', 'x', 'y', 'n', 'e'];

/** The document of a key. */
export function publicJwk(key: KeyObject, kid: string, alg: Algorithm): PublicJwk {
  const jwk: JsonWebKey & Readonly<Record<string, unknown>> = key.export({ format: 'jwk' });
  const kept = publicMembers.filter((name) => jwk[name] !== undefined).map((name) => [name, jwk[name]] as const);
  return Object.freeze({ ...(Object.fromEntries(kept) as { readonly kty: string }), kid, alg, use: 'sig' as const });
}
