/** Pieces for tests of the pipeline: facts without a socket, and a mechanism that believes one token. */
import { memorySink } from '../audit/memory-sink.ts';
import type { Authenticator } from '../authentication/authenticator.ts';
import type { RequestFacts } from '../credential/request-facts.ts';
import { accept, refuse, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import type { AccessTokenEvidence } from '../identity/evidence.ts';
import type { Clock } from '../runtime/clock.ts';
import { createServiceAuth } from './create-service-auth.ts';
import type { ServiceAuthOptions } from './options.ts';
import type { Verdict } from './verdict.ts';

export const startOfTest: number = Date.parse('2026-11-24T12:00:00Z');

/** A clock that stands still until told otherwise. */
export function standingClock(): Clock & { at: number } {
  const clock = { at: startOfTest, now: () => clock.at, monotonic: () => clock.at };
  return clock;
}

/** Facts of a GET with these headers. */
export function factsWith(
  headers: Record<string, string | readonly string[]> = {},
  more: Partial<RequestFacts> = {},
): RequestFacts {
  return {
    transport: 'http',
    method: 'GET',
    target: '/stock/42',
    route: '/stock/:sku',
    header: (name) => {
      const value = headers[name];
      return value === undefined ? [] : typeof value === 'string' ? [value] : value;
    },
    requestId: 'request-1',
    ...more,
  };
}

/** The evidence of an access token of the client `orders`. */
export const tokenEvidence: AccessTokenEvidence = {
  kind: 'access-token',
  workload: 'oauth:https://issuer.test#orders',
  issuer: 'https://issuer.test',
  callerClaim: 'client_id',
  profile: 'at+jwt',
  clientId: 'orders',
  audience: ['https://inventory.test'],
  tokenType: 'at+jwt',
  algorithm: 'ES256',
  keyId: 'key-1',
  jti: 'jti-1',
  issuedAt: startOfTest - 10_000,
  expiresAt: startOfTest + 290_000,
  binding: 'none',
};

/** An identity as an access token of the client `orders` proves it. */
export function tokenIdentity(more: Partial<VerifiedIdentity> = {}): VerifiedIdentity {
  return {
    workload: tokenEvidence.workload,
    trustDomain: 'https://issuer.test',
    actors: [],
    scopes: new Set(['inventory:read']),
    roles: [],
    evidence: tokenEvidence,
    expiresAt: tokenEvidence.expiresAt,
    assurance: 'medium',
    ...more,
  };
}

/** An identity as the certificate of `orders` proves it. */
export function certificateIdentity(more: Partial<VerifiedIdentity> = {}): VerifiedIdentity {
  return {
    workload: 'spiffe://prod.test/orders',
    trustDomain: 'prod.test',
    actors: [],
    scopes: new Set(),
    roles: [],
    evidence: {
      kind: 'client-certificate',
      workload: 'spiffe://prod.test/orders',
      trustDomain: 'prod.test',
      sha256: 'AB'.repeat(32),
      serialNumber: '01',
      notBefore: startOfTest - 60_000,
      notAfter: startOfTest + 3_600_000,
    },
    expiresAt: startOfTest + 3_600_000,
    assurance: 'high',
    ...more,
  };
}

type Answer = (token: string) => MaybePromise<Outcome<VerifiedIdentity>>;

/** A mechanism that answers as told for bearer tokens. By default it believes the token `good`. */
export function fakeTokens(
  answer: Answer = (token) =>
    token === 'good' ? accept(tokenIdentity()) : refuse('TOKEN_SIGNATURE_INVALID', 'signature'),
): Authenticator {
  return {
    name: 'fake-tokens',
    credentials: ['bearer-token'],
    waivers: {},
    bind: () => ({
      authenticate: (credential) =>
        credential.kind === 'bearer-token'
          ? answer(credential.token.expose())
          : refuse('CREDENTIAL_UNSUPPORTED', 'kind'),
    }),
  };
}

/** A mechanism that believes every certificate to be the one of `orders`. */
export function fakeCertificates(identity: VerifiedIdentity = certificateIdentity()): Authenticator {
  return {
    name: 'fake-certificates',
    credentials: ['client-certificate'],
    waivers: {},
    bind: () => ({ authenticate: () => accept(identity) }),
  };
}

/** A service with one accepted mechanism, and what it recorded and told. */
export function service(options: Partial<ServiceAuthOptions> = {}) {
  const memory = memorySink();
  const notices: object[] = [];
  const note = (fields: object): void => void notices.push(fields);
  const auth = createServiceAuth({
    service: 'spiffe://prod.test/inventory',
    audience: 'https://inventory.test',
    accept: [fakeTokens()],
    audit: memory,
    clock: standingClock(),
    logger: { info: note, warn: note, error: note },
    ...options,
  });
  return { auth, events: memory.events, notices };
}

/** A verdict in a few words. */
export function summary(verdict: Verdict): string {
  return verdict.outcome === 'denied' ? `${verdict.response.status} ${verdict.reason}` : verdict.outcome;
}
