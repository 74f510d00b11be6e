import { describe, expect, test } from 'vitest';
import { required } from '../audit/audit-sink.ts';
import { all } from '../authentication/accept.ts';
import type { PeerCertificate } from '../credential/request-facts.ts';
import { refuse } from '../errors/outcome.ts';
import type { Policy } from '../policy/policy.ts';
import { compileRequirement, undeclaredRoute, unmatchedRoute } from '../policy/requirement.ts';
import type { ServiceAuthOptions } from './options.ts';
import { factsWith, fakeCertificates, fakeTokens, service, standingClock, summary } from './pipeline.test-kit.ts';

const readStock = compileRequirement({ scope: 'inventory:read' }, 'a test');
const writeStock = compileRequirement({ scope: 'inventory:write' }, 'a test');
const optionalRead = compileRequirement({ scope: 'inventory:read', optional: true }, 'a test');
const good = { authorization: 'Bearer good' };
const bad = { authorization: 'Bearer bad' };
const peer = { tlsAuthorized: true, chain: [{}] } as unknown as PeerCertificate;

describe('one request, one verdict, one event', () => {
  test.each([
    ['a good credential and scope', good, readStock, 'allowed', 'authz.allow'],
    ['a good credential without the scope', good, writeStock, '403 SCOPE_INSUFFICIENT', 'authz.deny'],
    ['no credential', {}, readStock, '401 CREDENTIAL_MISSING', 'authn.failure'],
    ['a bad credential', bad, readStock, '401 TOKEN_SIGNATURE_INVALID', 'authn.failure'],
    ['no credential on an optional route', {}, optionalRead, 'allowed', 'authz.allow'],
    ['a bad credential on an optional route', bad, optionalRead, '401 TOKEN_SIGNATURE_INVALID', 'authn.failure'],
    [
      'an unknown scheme on an optional route',
      { authorization: 'Basic x' },
      optionalRead,
      '401 CREDENTIAL_UNSUPPORTED',
      'authn.failure',
    ],
    [
      'two credentials',
      { authorization: ['Bearer good', 'Bearer good'] },
      readStock,
      '400 CREDENTIAL_MULTIPLE',
      'authn.failure',
    ],
    ['an undeclared route, unauthenticated', {}, undeclaredRoute, '401 CREDENTIAL_MISSING', 'authn.failure'],
    ['an undeclared route, authenticated', good, undeclaredRoute, '403 ROUTE_UNDECLARED', 'authz.deny'],
    ['no route, unauthenticated', {}, unmatchedRoute, '401 CREDENTIAL_MISSING', 'authn.failure'],
    ['no route, authenticated', good, unmatchedRoute, 'allowed', 'authz.allow'],
  ])('%s', async (_case, headers, requirement, expected, event) => {
    const { auth, events } = service();
    const verdict = await auth.check(factsWith(headers), requirement);
    expect(summary(verdict)).toBe(expected);
    expect(events.map((one) => one['event.name'])).toEqual([event]);
    expect(JSON.stringify([verdict, events])).not.toMatch(/Bearer (good|bad)/);
  });
});

describe('the caller reads constant texts and no reason code', () => {
  test.each([
    ['missing', {}, readStock, 'Bearer realm="spiffe://prod.test/inventory"'],
    [
      'rejected',
      bad,
      readStock,
      'Bearer realm="spiffe://prod.test/inventory", error="invalid_token", error_description="The token was rejected."',
    ],
    [
      'malformed',
      { authorization: 'Bearer' },
      readStock,
      'Bearer realm="spiffe://prod.test/inventory", error="invalid_request", error_description="The credential is malformed."',
    ],
    [
      'out of scope',
      good,
      writeStock,
      'Bearer realm="spiffe://prod.test/inventory", error="insufficient_scope", error_description="The token does not carry the scope this needs.", scope="inventory:write"',
    ],
  ])('%s', async (_case, headers, requirement, challenge) => {
    const verdict = await service().auth.check(factsWith(headers), requirement);
    if (verdict.outcome !== 'denied') throw new Error('it was let through');
    expect(verdict.response.headers['www-authenticate']).toEqual([challenge]);
    expect(verdict.response.headers['cache-control']).toBe('no-store');
    expect(verdict.response.body).not.toContain(verdict.reason);
    expect(JSON.parse(verdict.response.body)).toMatchObject({
      status: verdict.response.status,
      trace_id: verdict.context.trace.traceId,
    });
  });
});

describe('trouble is named for its owner', () => {
  const failing = (run: () => never) => fakeTokens(run);
  const boom = (): never => {
    throw new Error('canary-in-exception');
  };
  const nightly = { effect: 'deny', rule: 'night', reason: 'POLICY_DENIED' } as const;
  // oxlint-disable-next-line unicorn/no-thenable -- a promise of another make is what is tested
  const hasty = { effect: 'allow', rule: 'cached', then: (use: (answer: object) => void) => use(nightly) };
  test.each<[string, Partial<ServiceAuthOptions>, string]>([
    ['an authenticator that throws', { accept: [failing(boom)] }, '500 INTERNAL_FAULT'],
    [
      'an authenticator that rejects',
      { accept: [fakeTokens(() => Promise.reject(new Error('canary-in-exception')))] },
      '500 INTERNAL_FAULT',
    ],
    [
      'keys that cannot be had',
      { accept: [fakeTokens(() => refuse('ISSUER_KEYS_UNAVAILABLE', 'jwks'))] },
      '503 ISSUER_KEYS_UNAVAILABLE',
    ],
    ['a policy that throws', { policy: { decide: boom } }, '500 INTERNAL_FAULT'],
    [
      'a policy that rejects',
      { policy: { decide: () => Promise.reject(new Error('canary-in-exception')) } },
      '500 INTERNAL_FAULT',
    ],
    [
      'a policy that answers nothing',
      { policy: { decide: () => undefined } as unknown as Policy },
      '500 INTERNAL_FAULT',
    ],
    ['a policy that answers true', { policy: { decide: () => true } as unknown as Policy }, '500 INTERNAL_FAULT'],
    [
      'a policy whose promise, of another make, says to allow before it is kept',
      { policy: { decide: () => hasty } as unknown as Policy },
      '403 POLICY_DENIED',
    ],
    ['a policy that denies', { policy: { decide: () => nightly } }, '403 POLICY_DENIED'],
    ['a required sink that fails', { audit: required({ write: boom }) }, '503 AUDIT_UNAVAILABLE'],
  ])('%s', async (_case, options, expected) => {
    const { auth, notices } = service(options);
    const verdict = await auth.check(factsWith(good), readStock);
    expect(summary(verdict)).toBe(expected);
    if (verdict.outcome === 'denied' && verdict.response.status === 503) {
      expect(verdict.response.headers['retry-after']).toBe('5');
      expect(verdict.response.headers['www-authenticate']).toBeUndefined();
    }
    expect(JSON.stringify([verdict, notices])).not.toContain('canary-in-exception');
  });

  test('a header reader that throws is a refusal too', async () => {
    const facts = factsWith({}, { header: boom });
    expect(summary(await service().auth.check(facts, readStock))).toBe('500 INTERNAL_FAULT');
  });

  test('a failing sink that is not required costs the event and tells', async () => {
    const { auth, notices } = service({ audit: { write: boom } });
    expect(summary(await auth.check(factsWith(good), readStock))).toBe('allowed');
    expect(JSON.stringify(notices)).toContain('AUDIT_EVENT_DROPPED');
  });
});

describe('certificates and tokens together', () => {
  const aliases = { 'spiffe://prod.test/orders': ['oauth:https://issuer.test#orders'] };
  const withPeer = (headers: Record<string, string>) => factsWith(headers, { peerCertificate: peer });
  const both = { accept: [all(fakeCertificates(), fakeTokens())] as const, aliases };
  const either = { accept: [fakeCertificates(), fakeTokens()] as const, aliases };
  test.each([
    ['all: both', both, withPeer(good), 'allowed'],
    ['all: only the certificate', both, withPeer({}), '401 CREDENTIAL_MISSING'],
    ['all: only the token', both, factsWith(good), '401 CREDENTIAL_MISSING'],
    ['all: neither', both, factsWith(), '401 CREDENTIAL_MISSING'],
    ['alternatives: both', either, withPeer(good), 'allowed'],
    ['alternatives: only the token', either, factsWith(good), 'allowed'],
    [
      'alternatives: a good certificate does not excuse a bad token',
      either,
      withPeer(bad),
      '401 TOKEN_SIGNATURE_INVALID',
    ],
    ['without the alias the two are strangers', { ...either, aliases: {} }, withPeer(good), '403 IDENTITY_CONFLICT'],
  ])('%s', async (_case, options, facts, expected) => {
    const { auth } = service(options);
    expect(summary(await auth.check(facts, readStock))).toBe(expected);
  });

  test('half of all(a, b) is not anonymous on an optional route', async () => {
    const { auth } = service(both);
    expect(summary(await auth.check(withPeer({}), optionalRead))).toBe('401 CREDENTIAL_MISSING');
    expect(summary(await auth.check(factsWith(), optionalRead))).toBe('allowed');
  });

  test('a service that takes only certificates answers 403 without a challenge: it has none to give', async () => {
    const { auth } = service({ accept: [fakeCertificates()] });
    const verdict = await auth.check(factsWith(), readStock);
    expect(summary(verdict)).toBe('403 CREDENTIAL_MISSING');
    expect(verdict.outcome === 'denied' && verdict.response.headers['www-authenticate']).toBeUndefined();
  });
});

describe('observe mode', () => {
  const observe = { reason: 'first weeks', owner: 'team-a', expires: '2026-12-01' };
  test('a policy refusal passes with the caller, and the event says what would have been', async () => {
    const { auth, events, notices } = service({ observe });
    const verdict = await auth.check(factsWith(good), writeStock);
    expect(verdict).toMatchObject({
      outcome: 'observed',
      wouldHave: { reason: 'SCOPE_INSUFFICIENT' },
      caller: { id: 'oauth:https://issuer.test#orders' },
    });
    expect(events[0]).toMatchObject({
      'event.name': 'authz.observed',
      'event.reason': 'SCOPE_INSUFFICIENT',
      'policy.mode': 'observe',
      waivers: ['observe'],
    });
    expect(JSON.stringify(notices)).toContain('OBSERVE_IN_FORCE');
  });

  test('a failed authentication passes without a caller', async () => {
    const verdict = await service({ observe }).auth.check(factsWith(bad), readStock);
    expect(verdict.outcome).toBe('observed');
    expect(verdict.outcome === 'observed' && verdict.caller).toBeUndefined();
    expect(verdict.context.caller).toBeUndefined();
  });

  test.each([
    ['a bad credential, as what it is', bad, readStock, 'authz.observed', 'TOKEN_SIGNATURE_INVALID'],
    ['a bad credential, where none is needed', bad, optionalRead, 'authz.observed', 'TOKEN_SIGNATURE_INVALID'],
    ['a missing one', {}, readStock, 'authz.observed', 'CREDENTIAL_MISSING'],
    ['a missing one, where none is needed', {}, optionalRead, 'authz.allow', undefined],
    ['a good one without the scope', good, writeStock, 'authz.observed', 'SCOPE_INSUFFICIENT'],
    ['a good one', good, readStock, 'authz.allow', undefined],
  ])('a second decision sees %s', async (_case, headers, requirement, name, reason) => {
    const { auth, events } = service({ observe });
    const facts = factsWith(headers);
    const first = await auth.check(facts, readStock);
    const second = await auth.narrow(facts, first.context, requirement);
    await auth.narrow(facts, second.context, requirement);
    expect(events.slice(1).map((event) => [event['event.name'], event['event.reason']])).toEqual([
      [name, reason],
      [name, reason],
    ]);
  });

  test('a bad credential is refused by the second decision when the date came between the two', async () => {
    const clock = standingClock();
    const { auth } = service({ observe, clock });
    const facts = factsWith(bad);
    const { context, outcome } = await auth.check(facts, readStock);
    expect(outcome).toBe('observed');
    clock.at = Date.parse('2026-12-02T00:00:00Z');
    expect(summary(await auth.narrow(facts, context, optionalRead))).toBe('401 TOKEN_SIGNATURE_INVALID');
  });

  test('a fault of ours is refused all the same', async () => {
    const { auth } = service({ observe, accept: [fakeTokens(() => Promise.reject(new Error('x')))] });
    expect(summary(await auth.check(factsWith(good), readStock))).toBe('500 INTERNAL_FAULT');
  });

  test('it ends on its date', async () => {
    const clock = standingClock();
    const { auth } = service({ observe, clock });
    clock.at = Date.parse('2026-12-02T00:00:00Z');
    expect(summary(await auth.check(factsWith(bad), readStock))).toBe('401 TOKEN_SIGNATURE_INVALID');
  });
});

describe('a whole service that demands sender-constrained callers', () => {
  const read = compileRequirement({ anyCaller: 'a test' }, 'a test');
  const optional = compileRequirement({ anyCaller: 'a test', optional: true }, 'a test');
  test.each([
    ['a bearer token', factsWith(good), read, '401 BINDING_MISSING'],
    ['a bearer token on an optional route', factsWith(good), optional, '401 BINDING_MISSING'],
    ['no credential on an optional route', factsWith(), optional, 'allowed'],
    ['a certificate', factsWith({}, { peerCertificate: peer }), read, 'allowed'],
  ])('%s', async (_case, facts, requirement, expected) => {
    const { auth, events } = service({ senderConstrained: true, accept: [fakeCertificates(), fakeTokens()] });
    expect(summary(await auth.check(facts, requirement))).toBe(expected);
    if (expected !== 'allowed') expect(events[0]).toMatchObject({ 'policy.rule_id': 'service.senderConstrained' });
  });

  test('the option is true or absent', () => {
    expect(() => service({ senderConstrained: false as never })).toThrow(/senderConstrained: is not true/);
  });
});

test('a step-up is told to the caller in the challenge, and to the operator in the event', async () => {
  const { auth, events } = service();
  const verdict = await auth.check(factsWith(good), compileRequirement({ acr: ['gold'], maxAgeSeconds: 60 }, 'a test'));
  expect(summary(verdict)).toBe('401 AUTHENTICATION_INSUFFICIENT');
  expect(verdict.outcome === 'denied' && verdict.response.headers['www-authenticate']).toEqual([
    expect.stringMatching(/error="insufficient_user_authentication".*, acr_values="gold", max_age="60"$/),
  ]);
  expect(events[0]).toMatchObject({
    'event.name': 'authz.deny',
    'event.reason_detail': 'requirement.acr; expected gold at most 60 s ago',
  });
});
