/**
 * Answers about tokens that the issuer signed (RFC 9701): a JWT for this very service, made just now. It is opened here
 * and judged like any other answer. An answer that is not signed, where one was asked for, is none (§5).
 */
import { isAlgorithm } from '../signature/algorithms.ts';
import { parseJws, verifyJws, type ParsedJws } from '../signature/jws.ts';
import type { KeySource } from '../signature/key-source.ts';
import type { JsonObject } from '../signature/strict-json.ts';
import type { IssuerRecord } from './issuer.ts';
import { isNumericDate } from './judge-times.ts';

/** Media type of such an answer. */
export const signedIntrospectionType = 'application/token-introspection+jwt';

/** What an answer is opened with. */
export interface SignedIntrospectionContext {
  readonly record: Pick<IssuerRecord, 'issuer' | 'algorithms' | 'clockToleranceSeconds'>;
  /** Keys of the issuer. */
  readonly keys: KeySource;
  /** What the answer may be for: our client id, and the audiences of this service. */
  readonly recipients: readonly string[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** The members of the answer, or why there are none. */
export type OpenedAnswer =
  | { readonly ok: true; readonly answer: JsonObject }
  | { readonly ok: false; readonly problem: string };

const types = ['token-introspection+jwt', signedIntrospectionType];
/** An answer is as old as the way here: one that was kept for later is refused. */
const oldestSeconds = 60;

function fail(problem: string): OpenedAnswer {
  return { ok: false, problem };
}

function readClaims(claims: JsonObject, context: SignedIntrospectionContext): OpenedAnswer {
  const { record, recipients, now } = context;
  const { iss, aud, iat, token_introspection: answer } = claims;
  if (iss !== record.issuer) return fail('the signed answer is of another issuer');
  const list = Array.isArray(aud) ? aud : [aud];
  if (!list.some((one) => typeof one === 'string' && recipients.includes(one))) {
    return fail('the signed answer is for another service');
  }
  const age = isNumericDate(iat) ? now / 1000 - iat : Number.NaN;
  const { clockToleranceSeconds: tolerance } = record;
  if (!(age <= oldestSeconds + tolerance && age >= -tolerance)) return fail('the signed answer was not made just now');
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    return fail('the signed answer holds no answer');
  }
  return { ok: true, answer: answer as JsonObject };
}

async function verify(jws: ParsedJws, { record, keys }: SignedIntrospectionContext): Promise<string | undefined> {
  const { algorithm, keyId, type = '' } = jws;
  // §8.1: what is signed for another purpose is no answer, and an answer is no access token.
  if (!types.includes(type.toLowerCase())) return 'the signed answer has another typ';
  if (!isAlgorithm(algorithm) || !record.algorithms.has(algorithm)) return 'the signed answer has a refused alg';
  const key = await keys.find({ keyId, algorithm });
  if (!key.ok) return 'the key of the signed answer cannot be had';
  return verifyJws(jws, key.value, algorithm) ? undefined : 'the signature of the answer does not verify';
}

/** Opens an answer. Never throws; a failure says nothing about the token. */
export async function openSignedIntrospection(
  body: string,
  context: SignedIntrospectionContext,
): Promise<OpenedAnswer> {
  const jws = parseJws(body);
  if (!jws.ok) return fail('the signed answer is no JWS');
  const problem = await verify(jws.value, context);
  return problem === undefined ? readClaims(jws.value.payload, context) : fail(problem);
}
