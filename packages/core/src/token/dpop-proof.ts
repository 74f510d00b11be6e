/**
 * A DPoP proof (RFC 9449 §4.3): a JWT that a caller signs for one request, with the key that its token is bound to. Every
 * check of the RFC but two: whoever calls compares the thumbprint with the `cnf.jkt` of the token, and remembers the
 * `jti`. A key comes from the proof and from nowhere else.
 */
import { createHash } from 'node:crypto';
import { assertKnown } from '../errors/assert-known.ts';
import { judgeSafely } from '../errors/judge-safely.ts';
import { accept, refuse, type Outcome, type Refusal } from '../errors/outcome.ts';
import type { Algorithm } from '../signature/algorithms.ts';
import { parseJws, verifyJws, type ParsedJws } from '../signature/jws.ts';
import { invalidProof } from './invalid-proof.ts';
import { proofHeaderOf, readProofKey, type ProofKey, type ProofKeys } from './proof-key.ts';
import { normalUrl } from './proof-url.ts';

/** What a proof must be for. */
export interface DpopExpectations {
  /** Method of the request. Compared with its case. */
  readonly method: string;
  /** URL of the request, from the configured origin. Query and fragment do not count. */
  readonly url: string;
  /** The token beside the proof, which `ath` must name. Leave it out only at a token endpoint. */
  readonly accessToken?: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Default: ES256, Ed25519, EdDSA, PS256 and RS256. */
  readonly algorithms?: readonly Algorithm[];
  /** Oldest proof, in seconds. Default 60. */
  readonly maxAgeSeconds?: number;
  /** Says whether a nonce is one of ours and current. With it, no proof is good without a nonce (RFC 9449 §9). */
  readonly acceptsNonce?: (nonce: string) => boolean;
}

const known = ['method', 'url', 'accessToken', 'now', 'algorithms', 'maxAgeSeconds', 'acceptsNonce'];

/** A good proof. */
export interface DpopProof {
  /** SHA-256 thumbprint of its key (RFC 7638), to be compared with `cnf.jkt`. */
  readonly thumbprint: string;
  /** To be used once, by this key and for this URL. */
  readonly jti: string;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  readonly nonce?: string;
  /** The URL, in its one spelling. */
  readonly url: string;
}

/** Algorithms of proofs, unless the options say otherwise. */
export const defaultProofAlgorithms: readonly Algorithm[] = ['ES256', 'Ed25519', 'EdDSA', 'PS256', 'RS256'];

/** How far in the future a proof may be issued, in seconds: clocks differ. */
export const proofToleranceSeconds = 5;

/** Oldest proof unless the options say otherwise, in seconds. */
export const defaultProofAgeSeconds = 60;

const maximumProofLength = 4_096;
const maximumJtiLength = 256;

/** One proof, taken apart. */
function parseProof(values: readonly unknown[]): Outcome<ParsedJws> {
  const [text] = values;
  if (values.length !== 1) return invalidProof('dpop', 'one DPoP header', String(values.length));
  if (typeof text !== 'string' || text.length > maximumProofLength) {
    return invalidProof('proof.length', `at most ${maximumProofLength} characters`);
  }
  const parsed = parseJws(text);
  if (parsed.ok) return parsed;
  const { check, expected } = parsed.detail;
  return invalidProof(`proof.${check.replace('token.', '')}`, expected ?? 'a strict JWS');
}

/** What the claims say, when they are there. */
interface ProofClaims {
  readonly jti: string;
  readonly htm: string;
  readonly htu: string;
  readonly iat: number;
  readonly ath: string | undefined;
  readonly nonce: string | undefined;
  readonly exp: unknown;
  readonly nbf: unknown;
}

function readClaims({ payload }: ParsedJws): Outcome<ProofClaims> {
  const { jti, htm, htu, iat, ath, nonce, exp, nbf } = payload;
  if (typeof jti !== 'string' || jti === '' || jti.length > maximumJtiLength) {
    return invalidProof('proof.jti', `a text of 1 to ${maximumJtiLength} characters`);
  }
  if (typeof htm !== 'string') return invalidProof('proof.htm', 'a text');
  if (typeof htu !== 'string') return invalidProof('proof.htu', 'a text');
  if (typeof iat !== 'number') return invalidProof('proof.iat', 'seconds since 1970');
  if (ath !== undefined && typeof ath !== 'string') return invalidProof('proof.ath', 'a text');
  if (nonce !== undefined && typeof nonce !== 'string') return invalidProof('proof.nonce', 'a text');
  return accept({ jti, htm, htu, iat, ath, nonce, exp, nbf });
}

/** Whether a nonce is needed, and not there. A function that answers later has said nothing yet: only `true` is a yes. */
function lacksNonce(nonce: string | undefined, { acceptsNonce }: DpopExpectations): boolean {
  if (acceptsNonce === undefined) return false;
  const accepted: unknown = nonce !== undefined && acceptsNonce(nonce);
  return accepted !== true;
}

/** A proof needs no limits of its own. One that has them keeps them, as every JWT (RFC 7519 §4.1.4, §4.1.5). */
function judgeLimits({ exp, nbf }: ProofClaims, seconds: number): Refusal | undefined {
  if (exp !== undefined && !(typeof exp === 'number' && seconds < exp + proofToleranceSeconds)) {
    return invalidProof('proof.exp', 'a time to come, or none');
  }
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf <= seconds + proofToleranceSeconds)) {
    return invalidProof('proof.nbf', 'a time that has come, or none');
  }
  return undefined;
}

function judgeClaims(claims: ProofClaims, url: string | undefined, wanted: DpopExpectations): Refusal | undefined {
  const { htm, htu, iat, ath, nonce } = claims;
  if (htm !== wanted.method) return invalidProof('proof.htm', wanted.method, htm);
  // Most callers write the one spelling, and then it need not be found twice.
  const own = htu === wanted.url ? url : normalUrl(wanted.url);
  if (own === undefined || url !== own) {
    return invalidProof('proof.htu', own ?? 'a request for a path', url ?? 'a text that is no plain URL');
  }
  // RFC 9449 §9: a server that gives nonces accepts no proof without one.
  if (lacksNonce(nonce, wanted)) {
    return refuse('PROOF_NONCE_REQUIRED', 'proof.nonce', { expected: 'a current nonce of this service' });
  }
  const seconds = wanted.now / 1000;
  const { maxAgeSeconds = defaultProofAgeSeconds } = wanted;
  // Each demand is written so that a clock which answers no number refuses.
  if (!(iat <= seconds + proofToleranceSeconds) || !(seconds - iat <= maxAgeSeconds)) {
    return invalidProof('proof.iat', `at most ${maxAgeSeconds} s ago`, `${iat}, clock ${Math.floor(seconds)}`);
  }
  const untimely = judgeLimits(claims, seconds);
  if (untimely !== undefined) return untimely;
  if (wanted.accessToken === undefined) return undefined;
  const expected = createHash('sha256').update(wanted.accessToken, 'latin1').digest('base64url');
  return ath === expected ? undefined : invalidProof('proof.ath', 'the hash of the token beside it');
}

/** A good proof with its key, which may be remembered by the header once a good token is bound to it. */
export interface KeyedProof {
  readonly proof: DpopProof;
  readonly header: string;
  readonly key: ProofKey;
}

/**
 * Verifies the proof of a request. `proof` is the value of its DPoP header, or all values, one for each field line.
 * Never throws; expectations of another type or name are refused with `INTERNAL_FAULT`.
 */
export function verifyDpopProof(proof: string | readonly string[], wanted: DpopExpectations): Outcome<DpopProof> {
  return judgeSafely(() => {
    assertKnown(wanted, known);
    const verified = verify(proof, wanted);
    return verified.ok ? accept(verified.value.proof) : verified;
  });
}

/** The same for a service that remembers keys. Remembers none itself: whoever knows the token does. */
export function verifyProofKnowing(
  known: ProofKeys,
  proof: readonly string[],
  wanted: DpopExpectations,
): Outcome<KeyedProof> {
  return judgeSafely(() => verify(proof, wanted, known));
}

function verify(proof: string | readonly string[], wanted: DpopExpectations, known?: ProofKeys): Outcome<KeyedProof> {
  const parsed = parseProof(Array.isArray(proof) ? proof : [proof]);
  if (!parsed.ok) return parsed;
  const jws = parsed.value;
  const claims = readClaims(jws);
  if (!claims.ok) return claims;
  const key = readProofKey(jws, wanted.algorithms ?? defaultProofAlgorithms, known);
  if (!key.ok) return key;
  if (!verifyJws(jws, key.value.key, jws.algorithm as Algorithm)) {
    return invalidProof('proof.signature', 'a signature of jwk');
  }
  const url = normalUrl(claims.value.htu);
  const fault = judgeClaims(claims.value, url, wanted);
  if (fault !== undefined || url === undefined) return fault ?? invalidProof('proof.htu', 'a URL');
  const { jti, iat, nonce } = claims.value;
  const { thumbprint } = key.value;
  const good: DpopProof = { thumbprint, jti, issuedAt: iat * 1000, ...(nonce !== undefined && { nonce }), url };
  return accept({ proof: good, header: proofHeaderOf(jws), key: key.value });
}
