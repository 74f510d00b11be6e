/**
 * Credentials to caller: every presented credential is verified, one refusal refuses the request, and what was proven
 * must satisfy one alternative of `accept`.
 */
import { extractCredentials } from '../credential/extract-credentials.ts';
import type { CredentialKind, PresentedCredential } from '../credential/credential.ts';
import type { RequestFacts } from '../credential/request-facts.ts';
import { accept, refuse, type MaybePromise, type Outcome, type Refusal } from '../errors/outcome.ts';
import { whenKnown } from '../errors/when-known.ts';
import type { Caller, VerifiedIdentity } from '../identity/caller.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { revocationUnknown } from '../store/revocation-check.ts';
import { authenticatorsOf, type Acceptable } from './accept.ts';
import type { Authenticator, BoundAuthenticator } from './authenticator.ts';
import type { AliasTable } from './combine-identities.ts';
import { createCallerOf } from './known-callers.ts';

/** Verifies the credentials of requests. */
export interface Authentication {
  /** The kinds of credential some authenticator verifies. */
  readonly kinds: ReadonlySet<CredentialKind>;
  /** Algorithms that a DPoP proof may be signed with. */
  readonly proofAlgorithms: readonly string[];
  /** Authorization servers whose tokens are accepted. */
  readonly authorizationServers: readonly string[];
  /** Headers by which a proxy may tell of callers, lower case; empty where none is trusted. */
  readonly forwardedHeaders: ReadonlySet<string>;
  /** Answers the caller, or `undefined` when the request presents nothing at all. */
  authenticate(facts: RequestFacts): MaybePromise<Outcome<Caller | undefined>>;
  /** Why the certificate of a connection is no good by itself, without any request; nothing while it is. */
  judgePeer(facts: RequestFacts): MaybePromise<Refusal | undefined>;
  /** Whether the proofs of a caller still stand. */
  recheck(caller: Caller): Outcome<Caller>;
  ready(): Promise<void>;
  close(): Promise<void>;
}

const anonymous = accept(undefined);

type Identities = readonly [VerifiedIdentity, ...VerifiedIdentity[]];

/** Connects the mechanisms of `accept` to the service. Each kind of credential has one authenticator. */
export function createAuthentication(
  acceptables: readonly Acceptable[],
  aliases: AliasTable,
  runtime: Runtime,
): Authentication {
  const callerOf = createCallerOf(aliases);
  const mechanisms = new Set<Authenticator>(acceptables.flatMap(authenticatorsOf));
  const byKind = new Map<CredentialKind, BoundAuthenticator>();
  const bound: BoundAuthenticator[] = [];
  for (const mechanism of mechanisms) {
    const authenticator = mechanism.bind(runtime);
    bound.push(authenticator);
    for (const kind of mechanism.credentials) byKind.set(kind, authenticator);
  }
  const kinds: ReadonlySet<CredentialKind> = new Set(byKind.keys());
  const alternatives = acceptables.map((one) => authenticatorsOf(one).map((mechanism) => mechanism.credentials));

  /** Verifies one credential after the other, behind those that are proven: the first refusal ends it. */
  const verifyNext = (
    presented: readonly PresentedCredential[],
    facts: RequestFacts,
    proven: VerifiedIdentity[],
  ): MaybePromise<Outcome<Identities>> => {
    const credential = presented[proven.length];
    if (credential === undefined) return accept(proven as [VerifiedIdentity, ...VerifiedIdentity[]]);
    const authenticator = byKind.get(credential.kind);
    if (authenticator === undefined) return refuse('CREDENTIAL_UNSUPPORTED', credential.kind);
    const judged = authenticator.authenticate(credential, facts);
    // Whatever is not an outcome yet is waited for: a promise of another make must not pass as one.
    return whenKnown('ok' in judged ? judged : Promise.resolve(judged), (identity) => {
      if (!identity.ok) return identity;
      proven.push(identity.value);
      return verifyNext(presented, facts, proven);
    });
  };

  const satisfies = (presented: readonly PresentedCredential[]): boolean => {
    const isPresent = (kind: CredentialKind): boolean => presented.some((credential) => credential.kind === kind);
    return alternatives.some((needed) => needed.every((one) => one.some(isPresent)));
  };

  const judgePeer = (facts: RequestFacts): MaybePromise<Refusal | undefined> => {
    const { peerCertificate: peer } = facts;
    const authenticator = byKind.get('client-certificate');
    if (peer === undefined || authenticator === undefined) return undefined;
    const judged = authenticator.authenticate({ kind: 'client-certificate', peer }, facts);
    return whenKnown('ok' in judged ? judged : Promise.resolve(judged), (identity) => {
      if (!identity.ok) return identity;
      // Requests may have a waiver for it; of the connection itself nothing is known.
      return identity.value.evidence.revocation === undefined ? undefined : revocationUnknown;
    });
  };

  const seer = bound.find((authenticator) => authenticator.seeThrough !== undefined);

  const authenticate = (facts: RequestFacts): MaybePromise<Outcome<Caller | undefined>> => {
    if (seer?.seeThrough === undefined) return authenticateSeen(facts);
    return whenKnown(seer.seeThrough(facts), (seen) => (seen.ok ? authenticateSeen(seen.value) : seen));
  };

  const authenticateSeen = (facts: RequestFacts): MaybePromise<Outcome<Caller | undefined>> => {
    const presented = extractCredentials(facts, kinds);
    if (!presented.ok) return presented;
    const credentials = presented.value;
    if (credentials.length === 0) return anonymous;
    return whenKnown(verifyNext(credentials, facts, []), (identities) => {
      if (!identities.ok) return identities;
      if (satisfies(credentials)) return callerOf(identities.value);
      return refuse('CREDENTIAL_MISSING', 'accept', {
        expected: alternatives.map((needed) => needed.map((one) => one.join(' or ')).join(' and ')).join(', or '),
        actual: [...new Set(credentials.map((credential) => credential.kind))].join(' and '),
      });
    });
  };

  return {
    kinds,
    proofAlgorithms: [...mechanisms].flatMap((mechanism) => mechanism.proofAlgorithms ?? []),
    authorizationServers: [...mechanisms].flatMap((mechanism) => mechanism.authorizationServers ?? []),
    forwardedHeaders: new Set([...mechanisms].flatMap((mechanism) => mechanism.forwardedHeaders ?? [])),
    authenticate,
    judgePeer,
    recheck: (caller) => {
      for (const evidence of caller.evidence) {
        for (const authenticator of bound) {
          const refusal = authenticator.recheck?.(evidence);
          if (refusal !== undefined) return refusal;
        }
      }
      return accept(caller);
    },
    ready: async () => {
      await Promise.all(bound.map(async (authenticator) => authenticator.ready?.()));
    },
    close: async () => {
      await Promise.all(bound.map(async (authenticator) => authenticator.close?.()));
    },
  };
}
