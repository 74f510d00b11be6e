/** Pieces for tests of calls for a subject: callers as a service gets them, and an issuer that trades tokens as told. */
import {
  accessToken,
  compileRequirement,
  createServiceAuth,
  memorySink,
  type Caller,
  type Clock,
  type IssuerOptions,
} from '@countersign/core';
import { createTokenMinter } from '@countersign/testing';
import { authority, client, json, orders, serve, startIssuer, testClock } from '../client.test-kit.ts';
import type { Answer, Seen } from '../client.test-kit.ts';
import { serverTls, tokenExchange, type OnBehalfOfSource, type TokenExchangeOptions } from '../index.ts';

export const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
export const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
/** The service that acts: its own audience. */
export const ownAudience = 'https://orders.test';
/** The service that is called. */
export const target = 'https://payments.test';

/** Claims of a token; `undefined` leaves one out. */
export type Claims = Readonly<Record<string, unknown>>;

/** Makes callers of a service from tokens of an issuer. Each is judged as a request would be. */
export async function callersFrom(issuer: string, clock: Clock, options: Partial<IssuerOptions> = {}) {
  const minter = await createTokenMinter({ issuer, audience: ownAudience });
  const plain = options.profile === undefined ? { tenantClaim: 'tenant' } : {};
  const record = { issuer, jwks: minter.jwks, ...plain, ...options } as IssuerOptions;
  const auth = createServiceAuth({
    service: 'spiffe://prod.test/orders',
    audience: ownAudience,
    accept: [accessToken(record)],
    audit: memorySink(),
    clock,
  });
  const anybody = compileRequirement({ anyCaller: 'a test' }, 'a test');
  const tokenOf = (claims: Claims = {}, header: Claims = {}): Promise<string> => {
    const seconds = Math.floor(clock.now() / 1000);
    const good = {
      client_id: 'web',
      sub: 'alice',
      scope: 'checkout payments:charge',
      iat: seconds,
      exp: seconds + 300,
    };
    return minter.mint({ claims: { ...good, ...claims }, header });
  };
  const callerFor = async (token: string): Promise<Caller> => {
    const verdict = await auth.check(
      {
        transport: 'http',
        method: 'GET',
        target: '/',
        header: (name) => (name === 'authorization' ? [`Bearer ${token}`] : []),
        requestId: 'a test',
      },
      anybody,
    );
    if (verdict.outcome !== 'denied' && verdict.caller !== undefined) return verdict.caller;
    throw new Error(`broken test: ${verdict.outcome === 'denied' ? verdict.reason : 'nobody'}`);
  };
  return { tokenOf, callerFor, callerOf: async (claims: Claims = {}) => callerFor(await tokenOf(claims)) };
}

/** The form of a token request. */
export function formOf({ body }: Pick<Seen, 'body'>): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(body));
}

/** A good answer to an exchange, with changes; `undefined` leaves a member out. */
export function traded(changes: object = {}): object {
  return {
    access_token: 'traded',
    issued_token_type: accessTokenType,
    token_type: 'Bearer',
    expires_in: 120,
    ...changes,
  };
}

/** Answers each exchange with a token of its own: `traded-1`, `traded-2` and so on. */
export function tradeEach(changes: object = {}): Answer {
  let count = 0;
  return (_one, response) => {
    count += 1;
    json(response, 200, traded({ access_token: `traded-${count}`, ...changes }));
  };
}

/** Options of `tokenExchange` at a stub issuer. */
export async function exchangeOptions(issuer: string): Promise<TokenExchangeOptions> {
  const { bundlePem } = await authority();
  return {
    issuer,
    clientAuthentication: orders(),
    scope: 'payments:charge',
    timeoutSeconds: 60,
    tls: serverTls({ ca: bundlePem }),
  };
}

/** What makes a source at a stub issuer. */
export type SourceAt = (options: TokenExchangeOptions) => OnBehalfOfSource;

/** A service, an issuer that trades, and a client that acts for subjects. */
export async function exchangeWorld(sourceAt: SourceAt = tokenExchange, record: Partial<IssuerOptions> = {}) {
  const clock = testClock();
  const issuer = await startIssuer();
  issuer.onToken = tradeEach();
  const answering: { answer: Answer } = { answer: (_one, response) => json(response, 200, { ok: true }) };
  const service = await serve((...asked) => answering.answer(...asked));
  const options = await exchangeOptions(issuer.origin);
  const notices: { readonly code?: unknown }[] = [];
  const note = (fields: object): void => void notices.push(fields);
  const tls = options.tls;
  const payments = client({
    baseUrl: service.origin,
    audience: target,
    onBehalfOf: sourceAt(options),
    logger: { info: note, warn: note, error: note },
    tls,
    clock,
    // A machine that is busy may take its time.
    timeoutSeconds: 100,
  });
  const callers = await callersFrom(issuer.origin, clock, record);
  return { clock, issuer, service, answering, payments, notices, options, tls, ...callers };
}

/** The credentials that a service was called with, in order. */
export function credentialsSeen({ seen }: { readonly seen: readonly Seen[] }): readonly (string | undefined)[] {
  return seen.map(({ headers }) => headers.authorization);
}
