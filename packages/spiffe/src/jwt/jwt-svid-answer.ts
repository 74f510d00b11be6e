/**
 * The answer of FetchJWTSVID, checked before the token is sent to anybody (SPIFFE JWT-SVID §3): it names the id it came
 * with, every audience that was asked for, and an end in the future. The signature is the business of whoever gets it.
 */
import { parseJws, parseSpiffeId, Secret, type JsonValue } from '@countersign/core';
import { readJwtSvids, type PresentedJwtSvid } from '../workload-api/responses.ts';

/** A JWT-SVID. One object per token. */
export interface JwtSvid {
  readonly token: Secret;
  readonly spiffeId: string;
  /** As it was asked for. */
  readonly audience: readonly string[];
  /** What the operator says the identity is for; empty when nothing. */
  readonly hint: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** What was asked for. */
export interface AskedFor {
  readonly audience: readonly string[];
  readonly spiffeId: string | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

function namesAll(aud: JsonValue | undefined, audience: readonly string[]): boolean {
  const named: readonly JsonValue[] = Array.isArray(aud) ? aud : [aud as JsonValue];
  return audience.every((one) => named.includes(one));
}

function readOne({ spiffeId, token, hint }: PresentedJwtSvid, { audience, now }: AskedFor): JwtSvid | string {
  const id = parseSpiffeId(spiffeId);
  if (!id.ok || id.value.path === '') return 'names no workload';
  const jws = parseJws(token);
  if (!jws.ok) return 'is no JWT';
  const { sub, aud, exp } = jws.value.payload;
  if (sub !== spiffeId) return 'names another id than its spiffe_id';
  if (!namesAll(aud, audience)) return 'is for another audience';
  if (typeof exp !== 'number' || !(exp * 1000 > now)) return 'has expired or has no end';
  return Object.freeze({ token: new Secret(token), spiffeId, audience, hint, expiresAt: exp * 1000 });
}

/** Reads the answer. The default identity is the first one. Answers the problem, as a phrase without the token. */
export function readJwtSvidAnswer(message: Buffer, asked: AskedFor): JwtSvid | string {
  const svids = readJwtSvids(message);
  if (typeof svids === 'string') return svids;
  const wanted = svids.find(({ spiffeId }) => asked.spiffeId === undefined || spiffeId === asked.spiffeId);
  return wanted === undefined ? 'is of another id' : readOne(wanted, asked);
}
