import type { IssuerOptions } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { faultOf, json } from '../client.test-kit.ts';
import {
  accessTokenType,
  exchangeGrant,
  exchangeWorld,
  formOf,
  ownAudience,
  target,
  traded,
} from './exchange.test-kit.ts';
import { keycloakExchange, type KeycloakExchangeOptions } from '../index.ts';

/** A world whose issuer writes tokens as Keycloak does. */
async function world(changes: Partial<KeycloakExchangeOptions> = {}) {
  const record = { profile: 'keycloak' } as Partial<IssuerOptions>;
  const made = await exchangeWorld((options) => keycloakExchange({ ...options, ...changes }), record);
  const tokenOf = (claims: object = {}) =>
    made.tokenOf(
      { azp: 'web', typ: 'Bearer', client_id: undefined, aud: [ownAudience, 'orders'], ...claims },
      { typ: 'JWT' },
    );
  return { ...made, tokenOf, callerOf: async (claims: object = {}) => made.callerFor(await tokenOf(claims)) };
}

describe('the exchange of Keycloak', () => {
  it('asks for a client of the realm, always with a scope', async () => {
    const { payments, tokenOf, callerFor, issuer } = await world({ targetClientId: 'payments' });
    const token = await tokenOf();
    expect((await payments.fetch('/', { onBehalfOf: await callerFor(token) })).status).toBe(200);
    expect(issuer.asked.map(formOf)).toEqual([
      {
        grant_type: exchangeGrant,
        audience: 'payments',
        scope: 'payments:charge',
        requested_token_type: accessTokenType,
        subject_token: token,
        subject_token_type: accessTokenType,
      },
    ]);
  });

  it('asks for the audience of the client, when that is its name in the realm', async () => {
    const { payments, callerOf, issuer } = await world();
    await payments.fetch('/', { onBehalfOf: await callerOf() });
    expect(issuer.asked.map(formOf)).toMatchObject([{ audience: target }]);
  });

  it.each<[string, object]>([
    ['that names this client as an audience', {}],
    ['that was issued to this client', { azp: 'orders', aud: ownAudience }],
  ])('is made for a token %s', async (_, claims) => {
    const { payments, callerOf } = await world();
    expect((await payments.fetch('/', { onBehalfOf: await callerOf(claims) })).status).toBe(200);
  });

  it.each<[string, object, string]>([
    ['that does not name this client', { aud: ownAudience }, 'SUBJECT_MISSING'],
    ['for a client of a similar name', { aud: [ownAudience, 'orders2'] }, 'SUBJECT_MISSING'],
    ['of a service account', { sub: 'web' }, 'SUBJECT_MISSING'],
    ['with less scope, although Keycloak would widen it', { scope: 'checkout' }, 'SCOPE_NOT_HELD'],
  ])('sends no token %s', async (_, claims, code) => {
    const { payments, callerOf, issuer } = await world();
    expect(await faultOf(payments.fetch('/', { onBehalfOf: await callerOf(claims) }))).toMatchObject({ code });
    expect(issuer.seen).toEqual([]);
  });

  it.each<[string, string, boolean]>([
    ['what was asked for', 'payments:charge', true],
    ['scopes of the login besides', 'openid payments:charge email profile', true],
    ['a scope more', 'payments:charge payments:refund', false],
    ['an optional scope of the client', 'payments:charge microprofile-jwt', false],
    ['other scopes', 'admin', false],
  ])('judges an answer with %s', async (_, scope, isAccepted) => {
    const { payments, callerOf, issuer, service } = await world();
    issuer.onToken = (_one, response) => json(response, 200, traded({ scope }));
    const call = payments.fetch('/', { onBehalfOf: await callerOf() });
    if (isAccepted) expect((await call).status).toBe(200);
    else expect(await faultOf(call)).toMatchObject({ code: 'ISSUER_RESPONSE_INVALID', detail: { check: 'scope' } });
    expect(service.seen).toHaveLength(isAccepted ? 1 : 0);
  });

  it.each([
    ['an ID token', { issued_token_type: 'urn:ietf:params:oauth:token-type:id_token', token_type: 'N_A' }],
    ['a token of no type', { issued_token_type: undefined }],
    ['a refresh token', { issued_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }],
  ])('refuses %s in return', async (_, changes) => {
    const { payments, callerOf, issuer } = await world();
    issuer.onToken = (_one, response) => json(response, 200, traded(changes));
    const fault = await faultOf(payments.fetch('/', { onBehalfOf: await callerOf() }));
    expect(fault).toMatchObject({ code: 'ISSUER_RESPONSE_INVALID' });
  });
});
