/**
 * Trades the token of a subject for one that is good for one service, and keeps it: for this subject token, this service,
 * these scopes and nothing else. What is kept ends with the token that it was traded for, and is given out only while
 * the checks of that token hold.
 */
import { createHash } from 'node:crypto';
import type { MaybePromise, SubjectToken } from '@countersign/core';
import type { BoundOnBehalfOfSource, ClientRuntime } from '../credential/credential-source.ts';
import { exchangeFault } from './exchange-fault.ts';
import { exchangeableSubject, type SubjectDemands } from './exchangeable-subject.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';
import { inIssuerTime } from '../issuer/issuer-time.ts';
import { tellNarrowed } from '../issuer/tell-narrowed.ts';
import type { TokenAnswer } from '../issuer/token-answer.ts';
import { TokenCache, type IssuedToken } from '../credential/token-cache.ts';
import { openTokenEndpoint } from '../issuer/token-endpoint.ts';
import { tokenKey } from '../credential/token-key.ts';

/** One way to trade tokens, at work for one client. */
export interface ExchangeGrant extends SubjectDemands {
  readonly grantType: string;
  /** What is asked, besides `scope`. Rejects with `ServiceCallError`. */
  parametersFor(subject: SubjectToken): MaybePromise<Readonly<Record<string, string>>>;
  /** What the answer must be, besides what all answers must be. Throws `ServiceCallError`. */
  judgeAnswer?(answer: TokenAnswer): void;
  /** Whether a scope of the answer lies within those that were asked for. */
  isWithin(scope: string): boolean;
  close?(): Promise<void>;
}

/** Where the token of a subject is kept, and what that depends on beside the subject. */
interface KeyOfSubject {
  readonly binding: string | undefined;
  readonly tenant: string | undefined;
  readonly key: string;
}

/** Many subjects make many tokens. */
const maximumTokens = 10_000;

/** An issuer that grants more than was asked for does not know what it does. */
function judgeScopes({ scopes }: TokenAnswer, grant: ExchangeGrant): void {
  const wider = scopes?.filter((scope) => !grant.isWithin(scope)) ?? [];
  if (wider.length === 0) return;
  // What the issuer writes there may be anything, so it is counted and not shown.
  const detail = { check: 'scope', expected: 'no more than was asked for', actual: `${wider.length} more` };
  throw new ServiceCallError('ISSUER_RESPONSE_INVALID', detail);
}

/** Begins to trade. */
export function bindExchange(grant: ExchangeGrant, runtime: ClientRuntime): BoundOnBehalfOfSource {
  const { settings, grantType } = grant;
  const { endpoint: endpointSettings, scopes, actorId } = settings;
  const { issuer, clientAuthentication, timeoutSeconds } = endpointSettings;
  const { clientId } = clientAuthentication;
  const { clock, notify, audience } = runtime;
  const endpoint = openTokenEndpoint(endpointSettings, runtime);
  const cache = new TokenCache({ clock, notify, maximumTokens });
  const keys = new WeakMap<SubjectToken, KeyOfSubject>();

  /** Made once for each subject: a hash and a text of ten parts are dearer than everything else that is done here. */
  const keyOf = (subject: SubjectToken, tenant: string | undefined): string => {
    const binding = endpoint.binding();
    const known = keys.get(subject);
    if (known !== undefined && known.binding === binding && known.tenant === tenant) return known.key;
    const subjectTokenHash = createHash('sha256').update(subject.token.expose()).digest('base64url');
    const key = tokenKey({
      issuer,
      clientId,
      audience,
      scopes,
      subjectTokenHash,
      actor: actorId,
      binding,
      tenant,
    });
    keys.set(subject, { binding, tenant, key });
    return key;
  };

  /** RFC 8693 §2.1: what becomes of the old token changes nothing about the new one, so it must not outlive it. */
  const within = (answer: TokenAnswer, { expiresAt }: SubjectToken, askedAt: number): IssuedToken => {
    const remainingSeconds = (expiresAt - askedAt) / 1000;
    if (answer.lifetimeSeconds < remainingSeconds) return answer;
    return { ...answer, lifetimeSeconds: remainingSeconds, renewable: false };
  };

  const assertAlive = ({ expiresAt }: SubjectToken): void => {
    if (!(clock.now() < expiresAt)) throw new ServiceCallError('SUBJECT_EXPIRED');
  };

  const exchange = async (subject: SubjectToken, signal: AbortSignal): Promise<IssuedToken> => {
    const askedAt = clock.now();
    // A renewal in the background may come late.
    assertAlive(subject);
    const own = await inIssuerTime({ timeoutSeconds, clock, signal }, () => grant.parametersFor(subject));
    const parameters = new URLSearchParams({ ...own, scope: scopes.join(' ') });
    try {
      const answer = await endpoint.request({ grantType, parameters }, signal);
      grant.judgeAnswer?.(answer);
      judgeScopes(answer, grant);
      // It may have ended while the issuer thought.
      assertAlive(subject);
      tellNarrowed(answer, scopes, notify);
      return within(answer, subject, askedAt);
    } catch (error) {
      throw exchangeFault(error);
    }
  };

  return {
    credential: ({ caller, rejected }) => {
      let subject: SubjectToken;
      let key: string;
      try {
        subject = exchangeableSubject(caller, grant, clock.now());
        key = keyOf(subject, caller.tenant);
      } catch (error) {
        return Promise.reject(error instanceof Error ? error : new ServiceCallError('CREDENTIAL_UNAVAILABLE'));
      }
      if (rejected !== undefined) cache.reject(key, rejected);
      return cache.get(key, (signal) => exchange(subject, signal));
    },
    close: async () => {
      cache.close();
      await Promise.all([endpoint.close(), grant.close?.()]);
    },
  };
}
