/**
 * Reads a key of a ring from the text of a JWK (RFC 7517): the members of the key, `alg`, the dates `iat` (begins to
 * sign) and `exp` (signs no more), `revoked` as in the document of historical keys, and `kid` unless it is the
 * thumbprint. Without private members it is a key of the past. The problem quotes nothing of the text.
 */
import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { readRevoked } from './historical-keys.ts';
import { instantOf } from './instant.ts';
import { ringKey, type RingKey, type RingKeyOptions } from './ring-key.ts';
import { parseStrictJson, type JsonObject } from './strict-json.ts';

/** What the options of `ringKey` call otherwise. */
const memberOf: Readonly<Record<string, string>> = {
  key: 'key',
  algorithm: 'alg',
  keyId: 'kid',
  activeFrom: 'iat',
  retireAt: 'exp',
};

function keyOf(jwk: JsonObject): KeyObject | undefined {
  const given = { key: jwk as JsonWebKey, format: 'jwk' } as const;
  try {
    return Object.hasOwn(jwk, 'd') ? createPrivateKey(given) : createPublicKey(given);
  } catch {
    // What OpenSSL says may quote the text.
    return undefined;
  }
}

function revocationOf(told: unknown): Pick<RingKeyOptions, 'revoked'> | string {
  const revoked = readRevoked(told);
  if (revoked === undefined) return {};
  if (typeof revoked === 'string') return revoked;
  return { revoked: { revokedAt: instantOf(revoked.revokedAt) ?? '', cause: revoked.cause } };
}

/** The key, or what is wrong with it. */
export function readRingKey(text: string): RingKey | string {
  const document = parseStrictJson(text);
  if (!document.ok) return document.problem;
  const jwk = document.value;
  const { kid, alg, iat, exp, use, revoked: told } = jwk;
  if (use !== undefined && use !== 'sig') return 'is not for signatures (use)';
  const key = keyOf(jwk);
  if (key === undefined) return 'cannot be read as a key';
  const revocation = revocationOf(told);
  if (typeof revocation === 'string') return revocation;
  const dates = { activeFrom: instantOf(iat), retireAt: instantOf(exp) };
  const named = kid === undefined ? {} : { keyId: kid };
  try {
    return ringKey({ key, algorithm: alg, ...dates, ...named, ...revocation } as RingKeyOptions);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) return 'cannot be used as a key';
    return error.faults.map(({ option, problem }) => `its ${memberOf[option] ?? option} ${problem}`).join('; ');
  }
}
