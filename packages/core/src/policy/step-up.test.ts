import { describe, expect, test } from 'vitest';
import { combineIdentities } from '../authentication/combine-identities.ts';
import { certificateIdentity, startOfTest, tokenEvidence, tokenIdentity } from '../enforcement/pipeline.test-kit.ts';
import { ConfigurationError } from '../errors/configuration-error.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import type { AccessTokenEvidence } from '../identity/evidence.ts';
import { compileRequirement, type Requirement } from './requirement.ts';

const ago = (seconds: number): number => startOfTest - seconds * 1000;
const issuedAt = ago(10);

/** An identity whose token says this about the authentication of its subject. */
function token(more: Partial<AccessTokenEvidence> = {}): VerifiedIdentity {
  return tokenIdentity({ evidence: { ...tokenEvidence, issuedAt, ...more } });
}

function decide(requirement: Requirement, identity: VerifiedIdentity): string {
  const caller = combineIdentities([identity], new Map());
  if (!caller.ok) throw new Error('the caller of the test is broken');
  const decision = compileRequirement(requirement, 'a test').decide(caller.value, startOfTest);
  return decision.effect === 'allow' ? 'allow' : `${decision.reason} by ${decision.rule}`;
}

const byAcr = 'AUTHENTICATION_INSUFFICIENT by requirement.acr';
const byAge = 'AUTHENTICATION_INSUFFICIENT by requirement.maxAgeSeconds';
const gold: Requirement = { acr: 'gold' };
const either: Requirement = { acr: ['gold', 'silver'] };
const fresh: Requirement = { maxAgeSeconds: 60 };
const both: Requirement = { acr: 'gold', maxAgeSeconds: 60 };

describe('how, and how lately, the subject has authenticated', () => {
  test.each<[string, Requirement, VerifiedIdentity, string]>([
    ['the acr', gold, token({ acr: 'gold' }), 'allow'],
    ['another acr', gold, token({ acr: 'silver' }), byAcr],
    ['an acr that begins like it', gold, token({ acr: 'golden' }), byAcr],
    ['an acr in other letters', gold, token({ acr: 'Gold' }), byAcr],
    ['no acr', gold, token(), byAcr],
    ['a certificate, which says nothing of a subject', gold, certificateIdentity(), byAcr],
    ['the second acr of a list', either, token({ acr: 'silver' }), 'allow'],
    ['none of a list', either, token({ acr: 'bronze' }), byAcr],
    ['the whole list as one value', either, token({ acr: 'gold silver' }), byAcr],
    ['at the limit', fresh, token({ authTime: ago(60) }), 'allow'],
    ['a second over the limit', fresh, token({ authTime: ago(61) }), byAge],
    ['no auth_time', fresh, token(), byAge],
    ['after the token was issued', fresh, token({ authTime: ago(9) }), byAge],
    ['in the future', fresh, token({ authTime: ago(-1), issuedAt: undefined }), byAge],
    ['a time that is no number', fresh, token({ authTime: Number.NaN }), byAge],
    [
      'lately, with a token that does not say when it was issued',
      fresh,
      token({ authTime: ago(5), issuedAt: undefined }),
      'allow',
    ],
    ['a certificate, which authenticates no subject', fresh, certificateIdentity(), byAge],
    ['both', both, token({ acr: 'gold', authTime: ago(20) }), 'allow'],
    ['strong and long ago', both, token({ acr: 'gold', authTime: ago(90) }), byAge],
    ['lately and weak', both, token({ acr: 'silver', authTime: ago(20) }), byAcr],
    [
      'a fault of the caller comes first',
      { ...gold, caller: 'spiffe://prod.test/web' },
      token(),
      'CALLER_NOT_ALLOWED by requirement.caller',
    ],
    ['a missing scope comes first', { ...gold, scope: 'x' }, token(), 'SCOPE_INSUFFICIENT by requirement.scope'],
  ])('%s', (_case, requirement, identity, expected) => {
    expect(decide(requirement, identity)).toBe(expected);
  });

  test('the denial tells what would help, all of it', () => {
    const caller = combineIdentities([token()], new Map());
    const requirement = compileRequirement({ acr: ['gold', 'silver'], maxAgeSeconds: 60 }, 'a test');
    expect(caller.ok && requirement.decide(caller.value, startOfTest)).toMatchObject({
      stepUp: { acrValues: ['gold', 'silver'], maxAgeSeconds: 60 },
    });
  });
});

describe('what does not fit into a challenge is a start-up error', () => {
  test.each<[string, unknown, string]>([
    ['an empty list', { acr: [] }, 'acr'],
    ['an empty acr', { acr: '' }, 'acr'],
    ['two values in one text', { acr: 'gold silver' }, 'acr'],
    ['a quote', { acr: 'gold"' }, 'acr'],
    ['a number', { acr: 2 }, 'acr'],
    ['a negative age', { maxAgeSeconds: -1 }, 'maxAgeSeconds'],
    ['half a second', { maxAgeSeconds: 0.5 }, 'maxAgeSeconds'],
    ['an age as text', { maxAgeSeconds: '60' }, 'maxAgeSeconds'],
    ['no end', { maxAgeSeconds: Number.POSITIVE_INFINITY }, 'maxAgeSeconds'],
    ['milliseconds by mistake', { maxAgeSeconds: 86_400_000 }, 'maxAgeSeconds'],
  ])('%s', (_case, requirement, option) => {
    try {
      compileRequirement(requirement as Requirement, 'GET /stock');
      expect.unreachable('it compiled');
    } catch (error) {
      expect((error as ConfigurationError).faults.map((fault) => fault.option)).toEqual([option]);
    }
  });

  test('an age of zero is an age', () => {
    expect(decide({ maxAgeSeconds: 0 }, token({ authTime: startOfTest, issuedAt: startOfTest }))).toBe('allow');
  });
});
