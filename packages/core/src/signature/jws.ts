/**
 * The compact JWS (RFC 7515 §7.1), strictly: three segments of canonical base64url, a header and a payload that are
 * JSON objects. Key material in the header (`jwk`, `jku`, `x5c`, `x5u`) is never looked at here, and nothing is fetched.
 */
import { isUtf8 } from 'node:buffer';
import { verify } from 'node:crypto';
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import { algorithms, type Algorithm, type AlgorithmRow } from './algorithms.ts';
import { decodePlain, isPlain } from './base64url.ts';
import { parseStrictJson, type JsonObject } from './strict-json.ts';
import { maximumKeyIdLength, type VerificationKey } from './verification-key.ts';

/** What a header says. */
interface JwsHeader {
  readonly algorithm: string;
  readonly keyId: string | undefined;
  readonly type: string | undefined;
  /** Every member of the header. Only a DPoP proof may bring its key here; whoever verifies a token looks at none. */
  readonly header: JsonObject;
}

/** A token taken apart. Nothing in it is verified yet. */
export interface ParsedJws extends JwsHeader {
  readonly payload: JsonObject;
  /** What is signed: header and payload with the dot. */
  readonly signed: string;
  readonly signature: Buffer;
}

/** Longest token, in characters. */
export const maximumTokenLength = 8_192;

function malformed(check: string, expected: string): Outcome<never> {
  return refuse('TOKEN_MALFORMED', check, { expected });
}

function notAnObject(check: string, problem: string): Outcome<never> {
  return refuse('TOKEN_MALFORMED', check, { expected: 'a strict JSON object', actual: problem });
}

const replacement = '\ufffd';

function readObject(bytes: Buffer): JsonObject | string {
  const text = bytes.toString('utf8');
  // What is not UTF-8 leaves replacement characters, so most texts need no second look at their bytes.
  if (text.includes(replacement) && !isUtf8(bytes)) return 'is not UTF-8';
  const parsed = parseStrictJson(text);
  return parsed.ok ? parsed.value : parsed.problem;
}

function optionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

/** Judges the bytes of a header. */
function readHeader(bytes: Buffer): Outcome<JwsHeader> {
  const members = readObject(bytes);
  if (typeof members === 'string') return notAnObject('header', members);
  const { alg, kid, typ } = members;
  // We implement no extension, so any `crit` is one we do not understand (RFC 7515 §4.1.11); `b64` is one (RFC 7797).
  if (members['crit'] !== undefined || members['b64'] !== undefined) {
    return refuse('TOKEN_CRITICAL_UNSUPPORTED', 'crit', { expected: 'no critical extension' });
  }
  if (typeof alg !== 'string' || !optionalText(kid) || !optionalText(typ)) {
    return malformed('header', 'alg, kid and typ as texts');
  }
  if (kid !== undefined && kid.length > maximumKeyIdLength) {
    return malformed('kid', `at most ${maximumKeyIdLength} characters`);
  }
  return accept({ algorithm: alg, keyId: kid, type: typ, header: members });
}

/** Most headers that are remembered, and the longest of them in characters. */
const maximumHeaders = 256;
const longestHeader = 512;

/** What good headers say, by their encoded text. The text alone decides it, so an entry is true for every token. */
let headers = new Map<string, Outcome<JwsHeader>>();

/**
 * Remembers what the header of a token says: an issuer writes the same one into token after token. For tokens that
 * verified under a key of an issuer, and no others: nobody else may fill the memory.
 */
export function rememberHeader({ signed, algorithm, keyId, type, header }: ParsedJws): void {
  // Only what is remembered is frozen.
  if (Object.isFrozen(header)) return;
  const text = signed.slice(0, signed.indexOf('.'));
  if (text.length > longestHeader || headers.has(text)) return;
  if (headers.size >= maximumHeaders) headers = new Map();
  headers.set(text, accept({ algorithm, keyId, type, header: Object.freeze(header) }));
}

/** Takes a token apart. Never throws. */
export function parseJws(token: string): Outcome<ParsedJws> {
  if (token.length > maximumTokenLength) return malformed('token.length', `at most ${maximumTokenLength} characters`);
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  if (first === -1 || second === -1 || token.includes('.', second + 1)) {
    return malformed('token.segments', 'three segments');
  }
  if (!isPlain(token)) return malformed('token.encoding', 'canonical base64url');
  const headerText = token.slice(0, first);
  const remembered = headers.get(headerText);
  const header = remembered ?? decodePlain(headerText);
  const payload = decodePlain(token.slice(first + 1, second));
  // It may be empty, as with `none` (RFC 7518 §3.6): then the algorithm is what is wrong, and says so.
  const signature = decodePlain(token.slice(second + 1));
  if (header === undefined || payload === undefined || signature === undefined) {
    return malformed('token.encoding', 'canonical base64url');
  }
  const read = Buffer.isBuffer(header) ? readHeader(header) : header;
  if (!read.ok) return read;
  const { algorithm, keyId, type, header: members } = read.value;
  const claims = readObject(payload);
  if (typeof claims === 'string') return notAnObject('payload', claims);
  const signed = token.slice(0, second);
  return accept({ algorithm, keyId, type, header: members, payload: claims, signed, signature });
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
