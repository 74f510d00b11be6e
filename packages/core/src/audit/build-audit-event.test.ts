import Ajv2020 from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { combineIdentities } from '../authentication/combine-identities.ts';
import { certificateIdentity, factsWith, startOfTest, tokenIdentity } from '../enforcement/pipeline.test-kit.ts';
import { FaultCollector } from '../errors/configuration-error.ts';
import type { Caller, VerifiedIdentity } from '../identity/caller.ts';
import { auditEventSchema } from './audit-event-schema.ts';
import { buildAuditEvent, type DecisionRecord } from './build-audit-event.ts';
import { createPrivacy, type Privacy } from './privacy.ts';

const Ajv = Ajv2020.default;
const validate = new Ajv({ strict: true, validateFormats: false }).compile({
  ...auditEventSchema,
  additionalProperties: false,
});
const privacy = createPrivacy({}, new FaultCollector('test'));
const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };

function callerOf(...identities: readonly [VerifiedIdentity, ...VerifiedIdentity[]]): Caller {
  const caller = combineIdentities(
    identities,
    new Map([['oauth:https://issuer.test#orders', 'spiffe://prod.test/orders']]),
  );
  if (!caller.ok) throw new Error('broken test');
  return caller.value;
}

function builtOf(more: Partial<DecisionRecord>): Record<string, unknown> {
  return {
    ...buildAuditEvent(
      {
        name: 'authz.allow',
        facts: factsWith(),
        service: 'spiffe://prod.test/inventory',
        now: startOfTest,
        trace,
        mode: 'enforce',
        policyDecision: 'allow',
        waivers: [],
        ...more,
      },
      privacy,
    ),
  };
}

function eventOf(more: Partial<DecisionRecord> = {}): Record<string, unknown> {
  return JSON.parse(JSON.stringify(builtOf(more))) as Record<string, unknown>;
}

describe('every event fits the published schema, with no field outside it', () => {
  const subject = { issuer: 'https://issuer.test', id: 'user-1' };
  test.each<[string, Partial<DecisionRecord>]>([
    ['an anonymous pass', { rule: 'requirement.optional' }],
    ['a token', { caller: callerOf(tokenIdentity()) }],
    ['a certificate', { caller: callerOf(certificateIdentity()) }],
    [
      'both, for a subject, through actors, with roles and a tenant',
      {
        caller: callerOf(
          certificateIdentity(),
          tokenIdentity({ subject, actors: ['orders', 'web'], roles: ['r'], tenant: 'acme' }),
        ),
      },
    ],
    [
      'a failure of authentication',
      {
        name: 'authn.failure',
        policyDecision: 'not_applicable',
        reason: 'TOKEN_EXPIRED',
        detail: { check: 'exp', expected: 'after now', actual: '1' },
        status: 401,
      },
    ],
    [
      'a denial with missing scopes',
      {
        name: 'authz.deny',
        policyDecision: 'deny',
        reason: 'SCOPE_INSUFFICIENT',
        missingScopes: ['a'],
        status: 403,
        rule: 'requirement.scope',
        caller: callerOf(tokenIdentity()),
        waivers: ['observe'],
        mode: 'observe',
      },
    ],
    ['a gRPC call', { facts: factsWith({}, { transport: 'grpc', route: 'Stock/Find' }) }],
    ['a message', { facts: factsWith({}, { transport: 'message', route: 'stock.changed' }) }],
  ])('%s', (_case, record) => {
    const event = eventOf(record);
    expect(validate(event), JSON.stringify(validate.errors)).toBe(true);
  });
});

test('the record answers who, from what proof, for what, and why', () => {
  expect(eventOf({ caller: callerOf(certificateIdentity(), tokenIdentity()), rule: 'requirement' })).toMatchObject({
    'event.name': 'authz.allow',
    'event.outcome': 'success',
    'event.time': '2026-11-24T12:00:00.000Z',
    'caller.id': 'spiffe://prod.test/orders',
    'caller.type': 'workload',
    'auth.method': 'jwt_bearer',
    'auth.methods': ['client-certificate', 'access-token'],
    'auth.assurance': 'high',
    'token.audience': ['https://inventory.test'],
    'token.scopes': ['inventory:read'],
    'token.jti_hash': expect.stringMatching(/^[\w-]{22}$/),
    'cert.sha256': 'AB'.repeat(32),
    'policy.rule_id': 'requirement',
    'http.route': '/stock/:sku',
    'request.id': 'request-1',
    trace_id: trace.traceId,
  });
});

test('untrusted text becomes one bounded line wherever it lands', () => {
  const evil = `a\r\nb\u2028\u001b[31m\${jndi:x}${'x'.repeat(1_000_000)}`;
  const text = JSON.stringify(
    eventOf({
      facts: factsWith({}, { method: evil, route: evil }),
      caller: callerOf(
        tokenIdentity({
          tenant: evil,
          actors: [evil],
          roles: [evil],
          evidence: { ...tokenIdentity().evidence, keyId: evil, clientId: evil } as never,
        }),
      ),
      detail: { check: 'aud', expected: evil, actual: evil },
    }),
  );
  expect(text.length).toBeLessThan(6_000);
  const values = Object.values(JSON.parse(text) as object)
    .flat()
    .join('');
  // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
  expect(values).not.toMatch(/[\u0000-\u001f\u2028]/);
});

test('long lists are cut', () => {
  const scopes = new Set(Array.from({ length: 200 }, (_, index) => `s${index}`));
  const event = eventOf({ caller: callerOf(tokenIdentity({ scopes, actors: Array.from({ length: 50 }, () => 'x') })) });
  expect(event['token.scopes']).toHaveLength(64);
  expect(event['actor.chain']).toHaveLength(8);
});

test('raw paths, queries and header values are in no field', () => {
  const text = JSON.stringify(
    eventOf({ facts: factsWith({ authorization: 'Bearer canary' }, { target: '/stock/42?secret=canary' }) }),
  );
  expect(text).not.toContain('canary');
  expect(text).not.toContain('/stock/42');
});

test('a sink that shortens the lists of its event does not shorten those of the next one', () => {
  const caller = callerOf(tokenIdentity({ actors: ['web'], roles: ['reader'] }));
  const first = builtOf({ caller });
  for (const name of ['token.scopes', 'token.audience', 'token.roles', 'actor.chain', 'auth.methods']) {
    const kept = [...(first[name] as string[])];
    expect(kept.length).toBeGreaterThan(0);
    expect(() => (first[name] as string[]).pop()).toThrow(TypeError);
    expect(builtOf({ caller })[name]).toEqual(kept);
  }
});

describe('the next event of a caller', () => {
  const caller = callerOf(tokenIdentity());
  const rule = 'requirement';
  const given: DecisionRecord = {
    name: 'authz.allow',
    facts: factsWith(),
    service: 's',
    now: startOfTest,
    trace,
    mode: 'enforce',
    policyDecision: 'allow',
    waivers: [],
  };
  /** What the events of this caller say that only they can say. */
  const common = ({ 'event.id': _id, ...event }: Record<string, unknown>): object => event;

  test.each<[string, Partial<DecisionRecord>]>([
    ['with the same fields', {}],
    ['before its route matched', { facts: factsWith({}, { method: 'PUT', requestId: 'r-2' }) }],
    ['of another service, later', { service: 'spiffe://prod.test/stock', now: startOfTest + 86_400_000 }],
    ['let pass by observe mode', { name: 'authz.observed', mode: 'observe', policyDecision: 'deny' }],
    ['refused', { name: 'authz.deny', reason: 'CALLER_NOT_ALLOWED', status: 403, policyDecision: 'deny' }],
    ['with a waiver', { waivers: ['observe'] }],
    ['without a rule', { rule: undefined }],
    ['over gRPC', { facts: factsWith({}, { transport: 'grpc', route: '/stock.Stock/Get' }) }],
  ])('%s is the one that a caller seen for the first time gets', (_case, more) => {
    builtOf({ caller, rule });
    builtOf({ caller, rule, facts: { ...factsWith(), route: undefined } as never });
    const first = eventOf({ caller: callerOf(tokenIdentity()), rule, ...more });
    const next = eventOf({ caller, rule, ...more });
    expect(JSON.stringify(common(next))).toBe(JSON.stringify(common(first)));
    expect(next['event.id']).not.toBe(first['event.id']);
  });

  test.each<[string, Partial<DecisionRecord>]>([
    ['refused', { name: 'authz.deny', reason: 'CALLER_NOT_ALLOWED', status: 403, policyDecision: 'deny' }],
    ['with a waiver', { waivers: ['observe'] }],
  ])('%s hashes nothing again', (_case, more) => {
    let hashed = 0;
    const jti: Privacy['jti'] = (...given) => {
      hashed += 1;
      return privacy.jti(...given);
    };
    const record = { ...given, caller: callerOf(tokenIdentity()), rule, ...more };
    const counting = { ...privacy, jti };
    for (let request = 0; request < 3; request += 1) buildAuditEvent(record, counting);
    expect(hashed).toBe(1);
  });

  test('shows nothing of what a sink did to the one before', () => {
    const record = { caller: callerOf(tokenIdentity()), rule };
    const keys = Object.keys(builtOf(record));
    const event = buildAuditEvent({ ...given, ...record }, privacy);
    for (const key of keys) delete (event as unknown as Record<string, unknown>)[key];
    expect(Object.keys(builtOf(record))).toEqual(keys);
  });
});
