import { describe, expect, test } from 'vitest';
import { combineIdentities } from '../authentication/combine-identities.ts';
import { certificateIdentity, startOfTest, tokenIdentity } from '../enforcement/pipeline.test-kit.ts';
import { ConfigurationError } from '../errors/configuration-error.ts';
import type { Caller, VerifiedIdentity } from '../identity/caller.ts';
import { compileRequirement, type Requirement } from './requirement.ts';

function callerWith(more: Partial<VerifiedIdentity> = {}): Caller {
  const caller = combineIdentities(
    [tokenIdentity(more)],
    new Map([['oauth:https://issuer.test#orders', 'spiffe://prod.test/orders']]),
  );
  if (!caller.ok) throw new Error('the caller of the test is broken');
  return caller.value;
}

function decide(requirement: Requirement, caller: Caller): string {
  const decision = compileRequirement(requirement, 'a test').decide(caller, startOfTest);
  return decision.effect === 'allow' ? 'allow' : `${decision.reason} by ${decision.rule}`;
}

const issuer = 'https://issuer.test';
const subject = { issuer, id: 'user-1' };

describe('a requirement decides', () => {
  test.each<[string, Requirement, Partial<VerifiedIdentity>, string]>([
    ['the exact caller', { caller: 'spiffe://prod.test/orders' }, {}, 'allow'],
    ['a pattern', { caller: 'spiffe://prod.test/**' }, {}, 'allow'],
    ['one caller of several', { caller: ['spiffe://prod.test/web', 'spiffe://prod.test/orders'] }, {}, 'allow'],
    ['another caller', { caller: 'spiffe://prod.test/web' }, {}, 'CALLER_NOT_ALLOWED by requirement.caller'],
    [
      'an alias instead of the canonical id',
      { caller: 'oauth:https://issuer.test#orders' },
      {},
      'CALLER_NOT_ALLOWED by requirement.caller',
    ],
    ['the scope', { scope: 'inventory:read' }, {}, 'allow'],
    [
      'one scope of two',
      { scope: ['inventory:read', 'inventory:write'] },
      {},
      'SCOPE_INSUFFICIENT by requirement.scope',
    ],
    ['any of two scopes', { anyScope: ['inventory:read', 'inventory:write'] }, {}, 'allow'],
    ['none of two scopes', { anyScope: ['a', 'b'] }, {}, 'SCOPE_INSUFFICIENT by requirement.anyScope'],
    ['a scope that only begins like it', { scope: 'inventory' }, {}, 'SCOPE_INSUFFICIENT by requirement.scope'],
    ['a subject when one is required', { subject: 'required' }, { subject }, 'allow'],
    ['no subject when one is required', { subject: 'required' }, {}, 'SUBJECT_REQUIRED by requirement.subject'],
    ['a listed subject', { subject: { oneOf: ['user-1'] } }, { subject }, 'allow'],
    ['an unlisted subject', { subject: { oneOf: ['user-2'] } }, { subject }, 'SUBJECT_REQUIRED by requirement.subject'],
    ['a listed subject of the issuer', { subject: { oneOf: ['user-1'], issuer } }, { subject }, 'allow'],
    [
      'a listed subject of another issuer',
      { subject: { oneOf: ['user-1'], issuer } },
      { subject: { ...subject, issuer: 'https://partner.test' } },
      'SUBJECT_REQUIRED by requirement.subject',
    ],
    [
      'an unlisted subject of the issuer',
      { subject: { oneOf: ['user-2'], issuer } },
      { subject },
      'SUBJECT_REQUIRED by requirement.subject',
    ],
    [
      'nobody where the subject of an issuer is required',
      { subject: { oneOf: ['user-1'], issuer } },
      {},
      'SUBJECT_REQUIRED by requirement.subject',
    ],
    ['no subject where none may be', { subject: 'none' }, {}, 'allow'],
    ['a subject where none may be', { subject: 'none' }, { subject }, 'SUBJECT_NOT_ALLOWED by requirement.subject'],
    ['an actor when one is required', { actor: 'required' }, { actors: ['orders'] }, 'allow'],
    ['no actor when one is required', { actor: 'required' }, {}, 'ACTOR_NOT_ALLOWED by requirement.actor'],
    ['the listed actor', { actor: { oneOf: ['spiffe://prod.test/orders'] } }, { actors: ['orders'] }, 'allow'],
    [
      'another outermost actor',
      { actor: { oneOf: ['spiffe://prod.test/web'] } },
      { actors: ['orders', 'web'] },
      'ACTOR_NOT_ALLOWED by requirement.actor',
    ],
    ['an actor where none may be', { actor: 'none' }, { actors: ['orders'] }, 'ACTOR_NOT_ALLOWED by requirement.actor'],
    ['the tenant', { tenant: { oneOf: ['acme'] } }, { tenant: 'acme' }, 'allow'],
    ['another tenant', { tenant: { oneOf: ['acme'] } }, { tenant: 'evil' }, 'TENANT_NOT_ALLOWED by requirement.tenant'],
    ['the tenant of an issuer', { tenant: { oneOf: ['acme'], issuer } }, { tenant: 'acme' }, 'allow'],
    [
      'the same tenant of another issuer',
      { tenant: { oneOf: ['acme'], issuer } },
      { tenant: 'acme', trustDomain: 'https://other.test' },
      'TENANT_NOT_ALLOWED by requirement.tenant',
    ],
    [
      'an issuer that only begins the same',
      { tenant: { oneOf: ['acme'], issuer: `${issuer}/` } },
      { tenant: 'acme' },
      'TENANT_NOT_ALLOWED by requirement.tenant',
    ],
    [
      'another tenant of the issuer',
      { tenant: { oneOf: ['acme'], issuer } },
      { tenant: 'evil' },
      'TENANT_NOT_ALLOWED by requirement.tenant',
    ],
    ['no tenant', { tenant: 'required' }, {}, 'TENANT_NOT_ALLOWED by requirement.tenant'],
    ['any caller, with a reason', { anyCaller: 'a public catalogue inside the mesh' }, {}, 'allow'],
    [
      'two parts of which one fails',
      { caller: 'spiffe://prod.test/orders', scope: 'x' },
      {},
      'SCOPE_INSUFFICIENT by requirement.scope',
    ],
  ])('%s', (_case, requirement, identity, expected) => {
    expect(decide(requirement, callerWith(identity))).toBe(expected);
  });

  test('a caller proven by certificate alone has no scopes', () => {
    const caller = combineIdentities([certificateIdentity()], new Map());
    expect(caller.ok && decide({ scope: 'inventory:read' }, caller.value)).toBe(
      'SCOPE_INSUFFICIENT by requirement.scope',
    );
  });
});

describe('a mistake is a start-up error that names the option', () => {
  test.each<[string, unknown, readonly string[]]>([
    ['nothing', undefined, ['requirement']],
    ['an empty object', {}, ['requirement']],
    ['optional alone', { optional: true }, ['requirement']],
    ['senderConstrained alone', { senderConstrained: true }, ['requirement']],
    ['senderConstrained: false', { scope: 'a', senderConstrained: false }, ['senderConstrained']],
    ['a misspelt part', { scopes: ['a'] }, ['scopes', 'requirement']],
    ['a prefix pattern', { caller: 'spiffe://prod.test/order*' }, ['caller']],
    ['an empty list of callers', { caller: [] }, ['caller']],
    ['an empty scope', { scope: '' }, ['scope']],
    ['two scopes in one text', { scope: 'a b' }, ['scope']],
    ['any caller without a reason', { anyCaller: '' }, ['anyCaller']],
    ['any caller beside a caller', { anyCaller: 'why', caller: 'spiffe://prod.test/orders' }, ['anyCaller']],
    ['an unknown word for the subject', { subject: 'maybe' }, ['subject']],
    ['a subject of an issuer without a name', { subject: { oneOf: ['user-1'], issuer: '' } }, ['subject']],
    ['a misspelt issuer', { subject: { oneOf: ['user-1'], isuer: issuer } }, ['subject']],
    ['no subject', { subject: null }, ['subject']],
    ['a tenant of an issuer without a name', { tenant: { oneOf: ['acme'], issuer: '' } }, ['tenant']],
    ['a tenant with a misspelt issuer', { tenant: { oneOf: ['acme'], isuer: issuer } }, ['tenant']],
    ['an issuer where none belongs', { actor: { oneOf: ['spiffe://prod.test/orders'], issuer } }, ['actor']],
    ['an empty list of tenants', { tenant: { oneOf: [] } }, ['tenant']],
    ['optional: false', { scope: 'a', optional: false }, ['optional']],
    ['a RegExp as caller', { caller: /orders/ }, ['caller']],
  ])('%s', (_case, requirement, options) => {
    try {
      compileRequirement(requirement as Requirement, 'GET /stock');
      expect.unreachable('it compiled');
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError);
      expect((error as ConfigurationError).faults.map((fault) => fault.option)).toEqual(options);
      expect((error as Error).message).toContain('GET /stock');
    }
  });
});

test('changing the object afterwards changes nothing', () => {
  const scope: [string, ...string[]] = ['inventory:write'];
  const compiled = compileRequirement({ scope }, 'a test');
  scope[0] = 'inventory:read';
  expect(compiled.decide(callerWith(), startOfTest).effect).toBe('deny');
});
