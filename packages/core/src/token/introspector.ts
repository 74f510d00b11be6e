/**
 * Knows from an issuer whether a token counts: asks once for all requests that wait, believes an answer for a short
 * while, and spares an issuer that fails. One for each issuer record of each service, so that no answer given to one
 * asker, or about one issuer, serves another.
 * A failure is never remembered, and never an answer about the token.
 */
import { refuse, type MaybePromise, type Outcome, type Refusal } from '../errors/outcome.ts';
import { isWaiverInForce } from '../errors/waiver.ts';
import { createCircuitBreaker, type BreakerCall } from '../runtime/circuit-breaker.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { KeySource } from '../signature/key-source.ts';
import type { LocatedKeys } from '../signature/locate-keys.ts';
import type { JsonObject } from '../signature/strict-json.ts';
import { createAnswerMemory } from './answer-memory.ts';
import { clientWarnings } from './client-warnings.ts';
import { locateIntrospection } from './discovery.ts';
import type { AskedRecord } from './introspection-options.ts';
import { judgeAnswer, judgeIntrospection, type IntrospectionExpectations } from './judge-introspection.ts';
import { introspectionFailure, requestIntrospection, type IntrospectionFailure } from './request-introspection.ts';
import { openSignedIntrospection } from './signed-introspection.ts';
import type { VerifiedToken } from './verify-token.ts';

/** Asks an issuer about tokens. */
export interface Introspector {
  /** `verified` are the claims of a JWT that has verified here. Synchronous when the answer is known. Never rejects. */
  introspect(token: string, verified?: JsonObject): MaybePromise<Outcome<VerifiedToken>>;
  /** Settles when the address is known; rejects when it cannot be had. */
  ready(): Promise<void>;
}

interface Question {
  readonly key: string;
  readonly token: string;
  readonly verified: JsonObject | undefined;
}

/** Questions under way. More than that is a flood, and the issuer is not ours to drown. */
const maximumUnderWay = 128;
const noticePauseMilliseconds = 1_000;

function unavailable(problem: string): Refusal {
  return refuse('INTROSPECTION_UNAVAILABLE', 'introspection', { expected: 'an answer', actual: problem });
}

/** What ties it to the service. */
export interface Ties {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Finds the keys of an issuer, for answers that are signed. */
  readonly keysOf: (issuer: string) => MaybePromise<KeySource | undefined>;
}

/** Makes one. */
export function createIntrospector(record: AskedRecord, runtime: Runtime, { signal, keysOf }: Ties): Introspector {
  const { issuer, introspection: settings, clockToleranceSeconds } = record;
  const { clock, notify } = runtime;
  const { allowMissingAudience: waiver } = settings;
  const breaker = createCircuitBreaker(clock);
  const memory = createAnswerMemory(record, clock);
  const underWay = new Map<string, Promise<Outcome<VerifiedToken>>>();
  let located: Promise<LocatedKeys> | undefined;
  const tellWarnings = clientWarnings(settings.authentication, ({ code, message, facts }) => {
    notify({ code, level: 'warn', message, facts: { issuer, ...facts } });
  });
  tellWarnings(clock.now());

  const expectationsWith = (verified: JsonObject | undefined): IntrospectionExpectations => ({
    issuer,
    audience: record.audience ?? runtime.audience,
    now: clock.now(),
    clockToleranceSeconds,
    multipleAudiences: record.multipleAudiences,
    audienceMayBeMissing: waiver !== undefined && isWaiverInForce(waiver, clock.now()),
    callerClaim: record.callerClaim,
    otherCallerClaims: record.otherCallerClaims,
    ...(record.clientIds !== undefined && { clientIds: record.clientIds }),
    ...(record.tenantClaim !== undefined && { tenantClaim: record.tenantClaim }),
    rolesClaim: record.rolesClaim,
    ...(verified !== undefined && { verified }),
  });

  /** One search for all who wait. An address is kept until it fails, or its waiver ends. */
  const locate = async (): Promise<LocatedKeys> => {
    located ??= locateIntrospection(record, runtime, signal);
    const asked = located;
    const found = await asked;
    if (found.ok && clock.now() < (found.until ?? Infinity)) return found;
    if (located === asked) located = undefined;
    return found.ok ? { ok: false, problem: 'the waiver for plain http has ended' } : found;
  };

  let failures = 0;
  const toldAt = new Map<string, number>();

  /** Each kind of trouble once a second: strange tokens can make as much of it as a stranger likes. */
  const tell = ({ problem, refusesUs }: IntrospectionFailure): void => {
    failures += 1;
    const code = refusesUs ? 'INTROSPECTION_CREDENTIALS_REFUSED' : 'INTROSPECTION_FAILED';
    const at = clock.monotonic();
    if (at - (toldAt.get(code) ?? -Infinity) < noticePauseMilliseconds) return;
    toldAt.set(code, at);
    notify({
      code,
      level: 'error',
      message: refusesUs
        ? 'An issuer does not let us ask about tokens.'
        : 'An issuer could not be asked about a token.',
      facts: { issuer, problem, failuresSinceStart: failures },
    });
  };

  const failed = (call: BreakerCall, failure: IntrospectionFailure): Refusal => {
    if (failure.dislikesQuestion) call.succeeded();
    else {
      call.failed(failure.pauseMilliseconds);
      // Perhaps the address moved: look for it again next time.
      located = undefined;
    }
    if (!signal.aborted) tell(failure);
    return unavailable(failure.problem);
  };

  const judge = async (
    body: string,
    expectations: IntrospectionExpectations,
  ): Promise<Outcome<VerifiedToken> | { readonly problem: string }> => {
    if (!settings.signed) return judgeIntrospection(body, expectations);
    const keys = await keysOf(issuer);
    if (keys === undefined) return { problem: 'the issuer has no keys' };
    const recipients = [settings.authentication.clientId, ...expectations.audience];
    const opened = await openSignedIntrospection(body, { record, keys, recipients, now: expectations.now });
    return opened.ok ? judgeAnswer(opened.answer, expectations) : opened;
  };

  const ask = async ({ key, token, verified }: Question): Promise<Outcome<VerifiedToken> | IntrospectionFailure> => {
    const found = await locate();
    if (!found.ok) return introspectionFailure(found.problem);
    const answer = await requestIntrospection({ url: found.url, issuer, token, settings, signal }, runtime);
    tellWarnings(clock.now());
    if (!answer.ok) return answer;
    const outcome = await judge(answer.body, expectationsWith(verified));
    if ('problem' in outcome) return introspectionFailure(outcome.problem);
    if (!outcome.ok && outcome.reason === 'INTROSPECTION_UNAVAILABLE') {
      return introspectionFailure('the answer is not understood');
    }
    memory.remember(key, token, outcome);
    return outcome;
  };

  const askThrough = async (call: BreakerCall, question: Question): Promise<Outcome<VerifiedToken>> => {
    // Whatever happens, the breaker must learn of it, or it would wait for this call for ever.
    const answer = await ask(question).catch(() => introspectionFailure('the question failed'));
    underWay.delete(question.key);
    if ('problem' in answer) return failed(call, answer);
    call.succeeded();
    return answer;
  };

  return {
    introspect: (token, verified) => {
      const key = memory.keyOf(token);
      const known = memory.recall(key) ?? underWay.get(key);
      if (known !== undefined) return known;
      if (signal.aborted) return unavailable('the service is closing');
      if (underWay.size >= maximumUnderWay) return unavailable('too many questions are under way');
      const call = breaker.begin();
      if (call === undefined) return unavailable('the issuer failed, and is left alone for a while');
      const asked = askThrough(call, { key, token, verified });
      underWay.set(key, asked);
      return asked;
    },
    ready: async () => {
      const found = await locate();
      if (found.ok) return;
      throw found.mistake ?? new Error(`${issuer} cannot be asked about tokens: ${found.problem}.`);
    },
  };
}
