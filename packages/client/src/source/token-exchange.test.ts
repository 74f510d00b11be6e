import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { dpopProver, Secret } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { answerStatusOf } from '../fault/answer-status-of.ts';
import { faultOf, json, startIssuer } from '../client.test-kit.ts';
import {
  accessTokenType,
  credentialsSeen,
  exchangeGrant,
  exchangeWorld,
  formOf,
  target,
  traded,
} from './exchange.test-kit.ts';
import { clientCredentials, tokenExchange, type ServiceCallError, type TokenExchangeOptions } from '../index.ts';

const jwtType = 'urn:ietf:params:oauth:token-type:jwt';

describe('an exchange', () => {
  it('asks for one service, with the least that is needed, and names every type', async () => {
    const { payments, tokenOf, callerFor, issuer, service } = await exchangeWorld();
    const token = await tokenOf();
    await payments.fetch('/', { onBehalfOf: await callerFor(token) });
    expect(issuer.asked.map(formOf)).toEqual([
      {
        grant_type: exchangeGrant,
        resource: target,
        scope: 'payments:charge',
        requested_token_type: accessTokenType,
        subject_token: token,
        subject_token_type: accessTokenType,
      },
    ]);
    expect(issuer.asked[0]?.headers.authorization).toMatch(/^Basic /);
    expect(credentialsSeen(service)).toEqual(['Bearer traded-1']);
  });

  it.each<[string, Partial<TokenExchangeOptions>, object]>([
    ['the audience by its logical name', { audienceParameter: 'audience' }, { audience: target }],
    ['the subject as a JWT', { subjectTokenType: 'jwt' }, { subject_token_type: jwtType }],
    ['a JWT in return', { requestedTokenType: 'jwt' }, { requested_token_type: jwtType }],
    ['several scopes', { scope: 'payments:charge checkout' }, { scope: 'payments:charge checkout' }],
  ])('can say %s', async (_, changes, expected) => {
    const { payments, callerOf, issuer } = await exchangeWorld((options) => tokenExchange({ ...options, ...changes }));
    const type = changes.requestedTokenType === 'jwt' ? jwtType : accessTokenType;
    issuer.onToken = (_one, response) => json(response, 200, traded({ issued_token_type: type }));
    expect((await payments.fetch('/', { onBehalfOf: await callerOf() })).status).toBe(200);
    expect(issuer.asked.map(formOf)).toMatchObject([expected]);
  });

  it('gives tokens that are bound to the key of this service, and no others', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const dpop = dpopProver({ key: privateKey, algorithm: 'ES256' });
    const { payments, callerOf, issuer, service } = await exchangeWorld((options) =>
      tokenExchange({ ...options, dpop }),
    );
    const plain = await faultOf(payments.fetch('/', { onBehalfOf: await callerOf({ sub: 'bob' }) }));
    expect(plain).toMatchObject({ code: 'ISSUER_RESPONSE_INVALID', detail: { check: 'token_type' } });
    issuer.onToken = (_one, response) => json(response, 200, traded({ token_type: 'DPoP' }));
    expect((await payments.fetch('/', { onBehalfOf: await callerOf() })).status).toBe(200);
    expect(issuer.asked.at(-1)?.headers['dpop']).toMatch(/^ey/);
    expect(service.seen.map(({ headers }) => [headers.authorization, typeof headers['dpop']])).toEqual([
      ['DPoP traded', 'string'],
    ]);
  });

  it('shows a token of this service as the actor, and asks for that first', async () => {
    const actorIssuer = await startIssuer();
    const { payments, callerOf, issuer } = await exchangeWorld((options) =>
      tokenExchange({
        ...options,
        actor: {
          credentials: clientCredentials({
            issuer: actorIssuer.origin,
            clientAuthentication: options.clientAuthentication,
            tls: options.tls,
          }),
          tokenType: 'jwt',
        },
      }),
    );
    const caller = await callerOf();
    await payments.fetch('/', { onBehalfOf: caller });
    expect(actorIssuer.asked.map(formOf)).toMatchObject([{ resource: issuer.origin }]);
    expect(issuer.asked.map(formOf)).toMatchObject([{ actor_token: 'token-1', actor_token_type: jwtType }]);
    await payments.fetch('/', { onBehalfOf: await callerOf({ sub: 'bob' }) });
    expect(actorIssuer.asked).toHaveLength(1);
    expect(issuer.asked).toHaveLength(2);
  });

  it('without a token of its own, which it needs, is not asked for', async () => {
    const { payments, callerOf, issuer } = await exchangeWorld((options) =>
      tokenExchange({
        ...options,
        actor: { credentials: { bind: () => ({ credential: () => Promise.reject(new Error('hunter2')) }) } },
      }),
    );
    const fault = await faultOf(payments.fetch('/', { onBehalfOf: await callerOf() }));
    expect(fault).toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE' });
    expect(issuer.asked).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['without its type', { issued_token_type: undefined }, 'issued_token_type'],
    ['of another type', { issued_token_type: jwtType }, 'issued_token_type'],
    ['of the type in other letters', { issued_token_type: accessTokenType.toUpperCase() }, 'issued_token_type'],
    [
      'that is a refresh token',
      { issued_token_type: accessTokenType.replace('access', 'refresh') },
      'issued_token_type',
    ],
    ['that is none for access', { token_type: 'N_A' }, 'token_type'],
    ['bound to a key nobody asked for', { token_type: 'DPoP' }, 'token_type'],
    ['with a wider scope', { scope: 'payments:charge payments:refund' }, 'scope'],
    ['with another scope', { scope: 'admin' }, 'scope'],
    ['with a login scope', { scope: 'payments:charge openid' }, 'scope'],
    ['with the scope in other letters', { scope: 'Payments:charge' }, 'scope'],
    ['without a token', { access_token: undefined }, 'token response'],
    ['that does not fit a header', { access_token: 'a\nb' }, 'access_token'],
  ])('is refused with an answer %s, and the service is not called', async (_, changes, check) => {
    const { payments, callerOf, issuer, service } = await exchangeWorld();
    issuer.onToken = (_one, response) => json(response, 200, traded(changes));
    const fault = await faultOf(payments.fetch('/', { onBehalfOf: await callerOf() }));
    expect(fault).toMatchObject({ code: 'ISSUER_RESPONSE_INVALID', detail: { check } });
    expect(service.seen).toEqual([]);
  });

  it('tells when the issuer gives fewer scopes, and goes on with those', async () => {
    const { payments, callerOf, issuer, notices } = await exchangeWorld((options) =>
      tokenExchange({ ...options, scope: 'payments:charge checkout' }),
    );
    issuer.onToken = (_one, response) => json(response, 200, traded({ scope: 'checkout' }));
    expect((await payments.fetch('/', { onBehalfOf: await callerOf() })).status).toBe(200);
    expect(notices).toContainEqual({ code: 'TOKEN_SCOPES_NARROWED', missing: 'payments:charge' });
  });

  it.each<[string, number, string, number]>([
    ['invalid_request', 400, 'SUBJECT_REFUSED', 401],
    ['invalid_grant', 400, 'SUBJECT_REFUSED', 401],
    ['invalid_target', 400, 'EXCHANGE_REFUSED', 403],
    ['invalid_scope', 400, 'EXCHANGE_REFUSED', 403],
    ['access_denied', 403, 'EXCHANGE_REFUSED', 403],
    ['unauthorized_client', 400, 'CREDENTIAL_REFUSED', 500],
    ['invalid_client', 401, 'CREDENTIAL_REFUSED', 500],
    ['unsupported_grant_type', 400, 'CREDENTIAL_REFUSED', 500],
    ['something_of_its_own', 400, 'CREDENTIAL_REFUSED', 500],
    ['temporarily_unavailable', 503, 'CREDENTIAL_UNAVAILABLE', 503],
  ])('that the issuer refuses with %s is told as whose fault it is', async (error, status, code, answer) => {
    const { payments, callerOf, issuer, service } = await exchangeWorld();
    issuer.onToken = (_one, response) => json(response, status, { error, error_description: 'canary-4711' });
    const fault = (await faultOf(payments.fetch('/', { onBehalfOf: await callerOf() }))) as ServiceCallError;
    expect(fault.code).toBe(code);
    expect(answerStatusOf(fault)).toBe(answer);
    expect(inspect(fault, { depth: Infinity, showHidden: true })).not.toContain('canary-4711');
    expect(service.seen).toEqual([]);
  });

  it('does not wait for an actor that never comes longer than for the issuer, and asks again', async () => {
    const state = { hangs: true };
    const token = new Secret('actor');
    const credential = () => (state.hangs ? new Promise<never>(() => {}) : { scheme: 'Bearer' as const, token });
    const { payments, callerOf, issuer, clock } = await exchangeWorld((options) =>
      tokenExchange({ ...options, timeoutSeconds: 0.2, actor: { credentials: { bind: () => ({ credential }) } } }),
    );
    const caller = await callerOf();
    const fault = await faultOf(payments.fetch('/', { onBehalfOf: caller }));
    expect(fault).toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE', detail: { actual: 'no answer' } });
    expect(issuer.asked).toEqual([]);
    state.hangs = false;
    clock.advance(2);
    expect((await payments.fetch('/', { onBehalfOf: caller })).status).toBe(200);
  });

  it.each<[string, number, (token: string) => object]>([
    ['refuses the token and quotes it', 400, (token) => ({ error: 'invalid_request', error_description: token })],
    ['names it as an error', 400, (token) => ({ error: token })],
    ['answers the wrong type', 200, () => traded({ issued_token_type: 'x', access_token: 'canary-traded' })],
    ['answers it as a scope', 200, (token) => traded({ scope: token, access_token: 'canary-traded' })],
  ])('prints neither token when the issuer %s', async (_, status, bodyFor) => {
    const { payments, tokenOf, callerFor, issuer, notices } = await exchangeWorld();
    const token = await tokenOf();
    issuer.onToken = (_one, response) => json(response, status, bodyFor(token));
    const fault = await faultOf(payments.fetch('/', { onBehalfOf: await callerFor(token) }));
    const shown = inspect([fault, notices], { depth: Infinity, showHidden: true });
    expect(shown).not.toContain(token.slice(0, 40));
    expect(shown).not.toContain('canary-traded');
  });
});
