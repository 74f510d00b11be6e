/** Delegation in a verified token (RFC 8693 §4.1): the outermost actor is the caller, and nobody else is. */
import { expect, test } from 'vitest';
import type { Outcome } from '../errors/outcome.ts';
import type { AnyIssuerOptions } from './issuer-options.ts';
import { audience, claimsWith, issuer, now, recordWith } from './token.test-kit.ts';
import { verifyClaims, type VerifiedToken } from './verify-token.ts';

const actors = (depth: number): object => ({ sub: `actor-${depth}`, ...(depth > 1 && { act: actors(depth - 1) }) });

function verified(changes: object = {}, options: AnyIssuerOptions = {}): Outcome<VerifiedToken> {
  const claims = claimsWith({ ...changes });
  return verifyClaims(claims as never, recordWith(options), { now: now * 1000, audience: [audience] });
}

test.each<[string, unknown]>([
  ['nine actors', actors(9)],
  ['twelve actors', actors(12)],
  ['an actor without sub', { act: { sub: 'x' } }],
  ['an actor with an empty sub', { sub: '' }],
  ['an actor that is a text', 'gateway'],
  ['an actor that is null', null],
  ['a list of actors', [{ sub: 'gateway' }]],
  ['an inner actor that is no object', { sub: 'gateway', act: 'x' }],
])('refused: %s', (_case, act) => {
  expect(verified({ act })).toMatchObject({ ok: false, reason: 'ACTOR_CHAIN_TOO_LONG' });
});

test.each<[string, Readonly<Record<string, unknown>>, string]>([
  ['another issuer', { act: { sub: 'gateway', iss: 'https://other.test' } }, 'TOKEN_ISSUER_UNKNOWN'],
  ['an issuer that only looks the same', { act: { sub: 'gateway', iss: `${issuer}/` } }, 'TOKEN_ISSUER_UNKNOWN'],
  ['an issuer that is no text', { act: { sub: 'gateway', iss: [issuer] } }, 'TOKEN_ISSUER_UNKNOWN'],
  ['an issuer that is null', { act: { sub: 'gateway', iss: null } }, 'TOKEN_ISSUER_UNKNOWN'],
])('an actor of %s is not taken for the one of this issuer that has its name', (_case, claims, reason) => {
  expect(verified(claims)).toMatchObject({ ok: false, reason, detail: { check: 'act.iss' } });
});

test.each<[string, object]>([
  ['a namespaced claim', { 'https://issuer.test/act': { sub: 'gateway' } }],
  ['a claim with another letter', { Act: { sub: 'gateway' } }],
  ['a claim of claims', { ext: { act: { sub: 'gateway' } } }],
  ['who may act', { may_act: { sub: 'gateway' } }],
  ['the claim actor', { actor: { sub: 'gateway' }, actors: ['gateway'] }],
])('%s makes nobody an actor', (_case, claims) => {
  expect(verified({ sub: 'user-1', ...claims })).toMatchObject({
    ok: true,
    value: { actors: [], identity: { workload: `oauth:${issuer}#orders`, callerClaim: 'client_id' } },
  });
});

test.each<[string, object, AnyIssuerOptions, string]>([
  ['a delegation that the issuer signed', { act: { sub: 'gateway' } }, {}, 'act.sub'],
  ['the client the token was issued to', {}, {}, 'client_id'],
  ['the claim of the record', { azp: 'orders' }, { callerClaim: 'azp' }, 'azp'],
  ['the older claim of Entra', { appid: 'orders', ver: '1.0' }, { profile: 'entra' }, 'appid'],
])('who calls is known by %s, and it says so', (_case, claims, options, callerClaim) => {
  const plain = options.profile === undefined ? {} : { scope: undefined, client_id: undefined };
  expect(verified({ ...plain, ...claims }, options)).toMatchObject({ ok: true, value: { identity: { callerClaim } } });
});

test('only the outermost actor is the caller, whatever the inner ones are called', () => {
  const act = { sub: 'gateway', client_id: 'admin', act: { sub: 'admin' } };
  expect(verified({ sub: 'user-1', act })).toMatchObject({
    ok: true,
    value: {
      identity: { workload: `oauth:${issuer}#gateway`, clientId: 'orders', subject: { id: 'user-1' } },
      actors: ['gateway', 'admin'],
    },
  });
});
