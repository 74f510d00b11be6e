/**
 * The compact JWS (RFC 7515 §7.1), strictly: three segments of canonical base64url, a header and a payload that are
 * JSON objects. Key material in the header (`jwk`, `jku`, `x5c`, `x5u`) is never looked at, and nothing is fetched.
 */
import { isUtf8 } from 'node:buffer';
import { verify } from 'node:crypto';
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import { algorithms, type Algorithm, type AlgorithmRow } from './algorithms.ts';
import { parseStrictJson, type JsonObject } from './strict-json.ts';
import { maximumKeyIdLength, type VerificationKey } from './verification-key.ts';

/** A token taken apart. Nothing in it is verified yet. */
export interface ParsedJws {
  readonly algorithm: string;
  readonly keyId: string | undefined;
  readonly type: string | undefined;
  readonly payload: JsonObject;
  /** What is signed: header and payload with the dot. */
  readonly signed: string;
  readonly signature: Buffer;
}

/** Longest token, in characters. */
export const maximumTokenLength = 8_192;

const base64url = /^[A-Za-z0-9_-]+$/;
// Characters that may end a segment whose last group is short: the unused bits must be zero (RFC 4648 §3.5).
const endsWithFourZeroBits = /[AQgw]$/;
const endsWithTwoZeroBits = /[AEIMQUYcgkosw048]$/;

function isCanonical(segment: string): boolean {
  switch (segment.length % 4) {
    case 1:
      return false;
    case 2:
      return endsWithFourZeroBits.test(segment) && base64url.test(segment);
    case 3:
      return endsWithTwoZeroBits.test(segment) && base64url.test(segment);
    default:
      return base64url.test(segment);
  }
}

function malformed(check: string, expected: string): Outcome<never> {
  return refuse('TOKEN_MALFORMED', check, { expected });
}

function notAnObject(check: string, problem: string): Outcome<never> {
  return refuse('TOKEN_MALFORMED', check, { expected: 'a strict JSON object', actual: problem });
}

function decodeObject(segment: string): JsonObject | string {
  const bytes = Buffer.from(segment, 'base64url');
  if (!isUtf8(bytes)) return 'is not UTF-8';
  const parsed = parseStrictJson(bytes.toString('utf8'));
  return parsed.ok ? parsed.value : parsed.problem;
}

function optionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

/** Takes a token apart. Never throws. */
export function parseJws(token: string): Outcome<ParsedJws> {
  if (token.length > maximumTokenLength) return malformed('token.length', `at most ${maximumTokenLength} characters`);
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  if (first === -1 || second === -1 || token.includes('.', second + 1)) {
    return malformed('token.segments', 'three segments');
  }
  const [header, payload, signature] = [token.slice(0, first), token.slice(first + 1, second), token.slice(second + 1)];
  if (!isCanonical(header) || !isCanonical(payload) || !isCanonical(signature)) {
    return malformed('token.encoding', 'canonical base64url');
  }
  const members = decodeObject(header);
  if (typeof members === 'string') return notAnObject('header', members);
  const { alg, kid, typ } = members;
  // We implement no extension, so any `crit` is one we do not understand (RFC 7515 §4.1.11); `b64` is one (RFC 7797).
  if (members['crit'] !== undefined || members['b64'] !== undefined) {
    return refuse('TOKEN_CRITICAL_UNSUPPORTED', 'crit', { expected: 'no critical extension' });
  }
  if (typeof alg !== 'string' || !optionalText(kid) || !optionalText(typ)) {
    return malformed('header', 'alg, kid and typ as texts');
  }
  if (kid !== undefined && kid.length > maximumKeyIdLength)
    return malformed('kid', `at most ${maximumKeyIdLength} characters`);
  const claims = decodeObject(payload);
  if (typeof claims === 'string') return notAnObject('payload', claims);
  return accept({
    algorithm: alg,
    keyId: kid,
    type: typ,
    payload: claims,
    signed: token.slice(0, second),
    signature: Buffer.from(signature, 'base64url'),
  });
}

/** Whether the signature verifies under this key and algorithm. The caller has checked that they fit. */
export function verifyJws(jws: ParsedJws, key: VerificationKey, algorithm: Algorithm): boolean {
  const { hash, parameters, signatureLength }: AlgorithmRow = algorithms[algorithm];
  if (signatureLength !== undefined && jws.signature.length !== signatureLength) return false;
  try {
    return verify(hash, Buffer.from(jws.signed, 'latin1'), { key: key.keyObject, ...parameters }, jws.signature);
  } catch {
    // OpenSSL throws for some malformed signatures: that is a "no".
    return false;
  }
}
