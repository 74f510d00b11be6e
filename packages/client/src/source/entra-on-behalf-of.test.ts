import type { IssuerOptions } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { answerStatusOf } from '../fault/answer-status-of.ts';
import { faultOf, json } from '../client.test-kit.ts';
import { exchangeWorld, formOf, ownAudience, traded } from './exchange.test-kit.ts';
import { entraOnBehalfOf } from '../index.ts';

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const scope = 'api://payments/.default';

/** An endpoint that checks what it gets as Entra ID does, and an issuer that writes tokens as Entra ID does. */
async function world(asked: string = scope) {
  const record = { profile: 'entra' } as Partial<IssuerOptions>;
  const within = Object.fromEntries(asked.split(' ').map((one) => [one, ['access_as_user'] as const]));
  const made = await exchangeWorld((options) => entraOnBehalfOf({ ...options, scope: asked, within }), record);
  made.issuer.onToken = (one, response) => {
    const form = formOf(one);
    const isAsked = form['grant_type'] === jwtBearer && form['requested_token_use'] === 'on_behalf_of';
    const [, payload = ''] = (form['assertion'] ?? '').split('.');
    const { aud } = JSON.parse(Buffer.from(payload, 'base64url').toString() || '{}') as { aud?: unknown };
    if (!isAsked || aud !== ownAudience) json(response, 400, { error: 'invalid_grant' });
    else if ('resource' in form || 'audience' in form) json(response, 400, { error: 'invalid_resource' });
    else json(response, 200, traded({ issued_token_type: undefined, scope: 'api://payments/charge' }));
  };
  const user = { azp: 'web', ver: '2.0', client_id: undefined, scope: undefined, scp: 'access_as_user' };
  const tokenOf = (claims: object = {}) => made.tokenOf({ ...user, ...claims }, { typ: 'JWT' });
  return { ...made, tokenOf, callerOf: async (claims: object = {}) => made.callerFor(await tokenOf(claims)) };
}

describe('on behalf of a user, at Entra ID', () => {
  it('sends the token of the user as the assertion, and nothing that Entra does not know', async () => {
    const { payments, tokenOf, callerFor, issuer, service } = await world();
    const token = await tokenOf();
    expect((await payments.fetch('/', { onBehalfOf: await callerFor(token) })).status).toBe(200);
    expect(issuer.asked.map(formOf)).toEqual([
      { grant_type: jwtBearer, requested_token_use: 'on_behalf_of', assertion: token, scope },
    ]);
    expect(service.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer traded']);
  });

  it.each<[string, object, string, string]>([
    ['of an application, which says so', { sub: 'app-1', idtyp: 'app', scp: undefined }, 'SUBJECT_MISSING', 'subject'],
    [
      'of an application, which only has roles',
      { sub: 'app-1', scp: undefined, roles: ['Pay'] },
      'SUBJECT_MISSING',
      'scp',
    ],
    ['of a user who has granted something else', { scp: 'read_profile' }, 'SCOPE_NOT_HELD', 'scope'],
  ])('sends no token %s', async (_, claims, code, check) => {
    const { payments, callerOf, issuer } = await world();
    const fault = await faultOf(payments.fetch('/', { onBehalfOf: await callerOf(claims) }));
    expect(fault).toMatchObject({ code, detail: { check } });
    expect(issuer.seen).toEqual([]);
  });

  it.each<[string, string, string, boolean]>([
    ['what the user has consented to there', scope, 'api://payments/charge api://payments/read', true],
    ['scopes of the login besides', scope, 'api://payments/charge openid profile', true],
    ['the scope that was asked for', 'api://payments/charge', 'api://payments/charge', true],
    ['a scope of another service', scope, 'api://payments/charge api://stock/read', false],
    ['a scope of a service whose name goes on', scope, 'api://payments-admin/charge', false],
    ['more than was asked for by name', 'api://payments/charge', 'api://payments/charge api://payments/read', false],
    ['a scope without a service', scope, 'User.Read', false],
  ])('judges an answer with %s', async (_, asked, answered, isAccepted) => {
    const { payments, callerOf, issuer, service } = await world(asked);
    issuer.onToken = (_one, response) => json(response, 200, traded({ issued_token_type: undefined, scope: answered }));
    const call = payments.fetch('/', { onBehalfOf: await callerOf() });
    if (isAccepted) expect((await call).status).toBe(200);
    else expect(await faultOf(call)).toMatchObject({ code: 'ISSUER_RESPONSE_INVALID', detail: { check: 'scope' } });
    expect(service.seen).toHaveLength(isAccepted ? 1 : 0);
  });

  it.each([
    ['interaction_required', 'SUBJECT_REFUSED', 401],
    ['invalid_grant', 'SUBJECT_REFUSED', 401],
    ['invalid_scope', 'EXCHANGE_REFUSED', 403],
    ['unauthorized_client', 'CREDENTIAL_REFUSED', 500],
  ])('tells %s as what the user can do about it', async (error, code, status) => {
    const { payments, callerOf, issuer } = await world();
    issuer.onToken = (_one, response) => json(response, 400, { error, claims: '{}' });
    const fault = await faultOf(payments.fetch('/', { onBehalfOf: await callerOf() }));
    expect(fault).toMatchObject({ code });
    expect(answerStatusOf(fault)).toBe(status);
  });
});
