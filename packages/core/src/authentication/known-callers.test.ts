import { expect, test } from 'vitest';
import { certificateIdentity, tokenIdentity } from '../enforcement/pipeline.test-kit.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import { createCallerOf } from './known-callers.ts';

const aliases = new Map([['oauth:https://issuer.test#orders', 'spiffe://prod.test/orders']]);

function fixed(identity: VerifiedIdentity): VerifiedIdentity {
  return Object.freeze({ ...identity, evidence: Object.freeze(identity.evidence) });
}

test('the same frozen identities make the same caller, alone and together', () => {
  const callerOf = createCallerOf(aliases);
  const [token, certificate] = [fixed(tokenIdentity()), fixed(certificateIdentity())];
  for (const identities of [[token], [certificate], [certificate, token]] as const) {
    const first = callerOf(identities);
    const again = callerOf(identities);
    expect(first.ok && again.ok && first.value === again.value).toBe(true);
  }
  const alone = callerOf([token]);
  const together = callerOf([certificate, token]);
  expect(alone.ok && together.ok && alone.value !== together.value).toBe(true);
});

test.each<[string, (identity: VerifiedIdentity) => VerifiedIdentity]>([
  ['an identity that could still change', (identity) => ({ ...identity, evidence: Object.freeze(identity.evidence) })],
  [
    'evidence that could still change',
    (identity) => Object.freeze({ ...identity, evidence: { ...identity.evidence } }),
  ],
  ['an equal identity that is another object', fixed],
])('%s makes a caller of its own each time', (_case, make) => {
  const callerOf = createCallerOf(aliases);
  const identity = make(tokenIdentity());
  const first = callerOf([identity]);
  const again = callerOf([
    Object.isFrozen(identity) && Object.isFrozen(identity.evidence) ? make(tokenIdentity()) : identity,
  ]);
  expect(first.ok && again.ok && first.value !== again.value).toBe(true);
});

test('what one certificate proves beside a token says nothing about another certificate', () => {
  const callerOf = createCallerOf(aliases);
  const token = fixed(tokenIdentity());
  expect(callerOf([fixed(certificateIdentity()), token]).ok).toBe(true);
  const other = fixed(certificateIdentity({ workload: 'spiffe://prod.test/web' }));
  expect(callerOf([other, token])).toMatchObject({ ok: false, reason: 'IDENTITY_CONFLICT' });
  expect(callerOf([other, token])).toMatchObject({ ok: false, reason: 'IDENTITY_CONFLICT' });
});

test('two services with other aliases do not share what they know', () => {
  const token = fixed(tokenIdentity());
  expect(createCallerOf(aliases)([token])).toMatchObject({ value: { id: 'spiffe://prod.test/orders' } });
  expect(createCallerOf(new Map())([token])).toMatchObject({ value: { id: 'oauth:https://issuer.test#orders' } });
});
