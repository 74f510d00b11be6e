/**
 * Asks an issuer about a token (RFC 7662 §2.1): a form that is posted, with the token in its body and nowhere else.
 * Whatever is no answer of status 200 in JSON, in time and in bounds, is a failure and says nothing about the token.
 */
import type { Runtime } from '../runtime/runtime.ts';
import { boundedFetchJson } from '../runtime/bounded-fetch.ts';
import type { IntrospectionSettings } from './introspection-options.ts';
import { renewClientProof } from './renew-client-proof.ts';
import { signedIntrospectionType } from './signed-introspection.ts';
import { withinTime } from './within-time.ts';

/** One question. */
export interface IntrospectionQuestion {
  readonly url: string;
  readonly issuer: string;
  readonly token: string;
  readonly settings: IntrospectionSettings;
  readonly signal: AbortSignal;
}

/** Why there is no answer. */
export interface IntrospectionFailure {
  readonly ok: false;
  readonly problem: string;
  /** The issuer does not know us: that is ours to repair. */
  readonly refusesUs: boolean;
  /** The issuer works, and did not like this one question. A stranger can provoke that with a strange token. */
  readonly dislikesQuestion: boolean;
  /** How long the issuer asked to be left alone. */
  readonly pauseMilliseconds: number;
}

/** The body of the answer, or why there is none. */
export type IntrospectionAnswer = { readonly ok: true; readonly body: string } | IntrospectionFailure;

const maximumBytes = 100_000;
/** Longer than a kept secret waits for its source. A proof that never comes would hold the place of its question for ever. */
const longestProofMilliseconds = 5_000;
const refusals = new Set([401, 403]);
// 403 as well: a firewall in front of the issuer answers it to a token that looks like a path or a query.
const dislikes = new Set([400, 403, 413, 422]);

/** `Retry-After` in seconds (RFC 9110 §10.2.3). A date is not read: our own pause will do. */
function pauseOf(retryAfter: string | undefined): number {
  return retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) * 1000 : 0;
}

/** A failure that has nothing more to it. */
export function introspectionFailure(problem: string): IntrospectionFailure {
  return { ok: false, problem, refusesUs: false, dislikesQuestion: false, pauseMilliseconds: 0 };
}

/** Asks once. */
async function askOnce(
  { url, issuer, token, settings, signal }: IntrospectionQuestion,
  { clock, fetch }: Pick<Runtime, 'clock' | 'fetch'>,
): Promise<IntrospectionAnswer> {
  const form = { headers: new Headers(), body: new URLSearchParams({ token, token_type_hint: 'access_token' }) };
  try {
    const proving = settings.authentication.prove({ url, issuer, now: clock.now(), ...form });
    if ((await withinTime(Promise.resolve(proving), longestProofMilliseconds)) === 'late') {
      return introspectionFailure('the client authentication does not answer');
    }
  } catch {
    // What it threw may hold a secret.
    return introspectionFailure('the client authentication failed');
  }
  const { timeoutMilliseconds } = settings;
  const signed = settings.signed ? { mediaType: signedIntrospectionType } : {};
  const limits = { maximumBytes, signal, timeoutMilliseconds };
  const fetched = await boundedFetchJson(url, { fetch, form, ...limits, ...signed });
  if (fetched.ok) return { ok: true, body: fetched.text };
  const { problem, status = 0, retryAfter } = fetched;
  return {
    ok: false,
    problem,
    refusesUs: refusals.has(status),
    dislikesQuestion: dislikes.has(status),
    pauseMilliseconds: pauseOf(retryAfter),
  };
}

/** Asks, and once more when the issuer does not know us and our proof has changed meanwhile. Never rejects. */
export async function requestIntrospection(
  question: IntrospectionQuestion,
  runtime: Pick<Runtime, 'clock' | 'fetch'>,
): Promise<IntrospectionAnswer> {
  const answer = await askOnce(question, runtime);
  // 403 is not among them: a stranger can provoke it with a strange token.
  if (answer.ok || !answer.refusesUs || answer.dislikesQuestion) return answer;
  const { settings, issuer } = question;
  const renewed = await withinTime(renewClientProof(settings.authentication, issuer), longestProofMilliseconds);
  return renewed !== 'late' && renewed.value ? askOnce(question, runtime) : answer;
}
