/** Core's own judgement of a token, outside a service: the same authenticator, with the keys in hand. */
import { X509Certificate } from 'node:crypto';
import {
  accessToken,
  Secret,
  type Clock,
  type IssuerOptions,
  type Outcome,
  type RequestFacts,
  type VerifiedIdentity,
} from '@countersign/core';

/** What a token is judged by. */
export interface Judgement {
  readonly issuer: string;
  readonly audience: string;
  readonly jwks: { readonly keys: readonly object[] };
  readonly clock: Clock;
  /** The client certificate of the imagined connection, as PEM. */
  readonly certificate: string | undefined;
}

/** Judges one token. */
export type TokenJudge = (token: string) => Promise<Outcome<VerifiedIdentity>>;

function factsWith(certificate: string | undefined): RequestFacts {
  const facts = { transport: 'http', method: 'GET', target: '/', header: () => [], requestId: 'inspect' } as const;
  if (certificate === undefined) return facts;
  return { ...facts, peerCertificate: { chain: [new X509Certificate(certificate)], tlsAuthorized: true } };
}

/**
 * Makes the judge.
 * @throws {ConfigurationError} when issuer, audience or keys are refused.
 */
export function tokenJudge({ issuer, audience, jwks, clock, certificate }: Judgement): TokenJudge {
  const options: IssuerOptions = { issuer, jwks, audience };
  const bound = accessToken(options).bind({
    clock,
    fetch: () => Promise.reject(new Error('Nothing is fetched here.')),
    notify: () => undefined,
    service: 'inspect',
    audience: [audience],
  });
  const facts = factsWith(certificate);
  return async (token) => bound.authenticate({ kind: 'bearer-token', token: new Secret(token) }, facts);
}
