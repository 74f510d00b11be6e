import { expect, test } from 'vitest';
import { compileRequirement } from '../policy/requirement.ts';
import { admissionOf } from './admission.ts';
import { judgeCall } from './judge-call.ts';
import type { ServiceAuth } from './service-auth.ts';
import { unreadableFacts } from './unreadable-facts.ts';
import { factsWith } from './pipeline.test-kit.ts';
import type { Verdict } from './verdict.ts';

const requirement = compileRequirement({ scope: 'a' }, 'one');
const optional = compileRequirement({ scope: 'a', optional: true }, 'two');
const context = { trace: { traceId: '1', spanId: '2', sampled: false }, requestId: 'r' };
const allowed: Verdict = { outcome: 'allowed', context };
const denied = { outcome: 'denied', context } as unknown as Verdict;

/** Notes how it was asked, and answers one verdict. */
function noting(verdict: Verdict): { readonly auth: ServiceAuth; readonly asked: string[] } {
  const asked: string[] = [];
  const note = (how: string, wanted: { readonly optional: boolean }): Promise<Verdict> => {
    asked.push(`${how}${wanted.optional ? ', optional' : ''}`);
    return Promise.resolve(verdict);
  };
  const auth = {
    check: (_facts: unknown, wanted: typeof requirement) => note('check', wanted),
    narrow: (_facts: unknown, _context: unknown, wanted: typeof requirement) => note('narrow', wanted),
  } as unknown as ServiceAuth;
  return { auth, asked };
}

test('verifies the first call of a carrier, and decides the others by it', async () => {
  const { auth, asked } = noting(allowed);
  const carrier = {};
  for (let call = 0; call < 3; call += 1) await judgeCall(auth, { facts: factsWith(), carrier, requirement });
  await judgeCall(auth, { facts: factsWith(), carrier: {}, requirement });
  expect(asked).toEqual(['check', 'narrow', 'narrow', 'check']);
  expect(admissionOf(carrier)).toBe(allowed);
});

test('a refusal is remembered by nobody', async () => {
  const { auth, asked } = noting(denied);
  const carrier = {};
  for (let call = 0; call < 2; call += 1) await judgeCall(auth, { facts: factsWith(), carrier, requirement });
  expect(asked).toEqual(['check', 'check']);
  expect(admissionOf(carrier)).toBeUndefined();
});

test('calls of one carrier that come at once are verified once', async () => {
  const { auth, asked } = noting(allowed);
  const carrier = {};
  const call = { facts: factsWith(), carrier, requirement };
  await Promise.all([judgeCall(auth, call), judgeCall(auth, call), judgeCall(auth, call)]);
  expect(asked).toEqual(['check', 'narrow', 'narrow']);
});

test('a verified caller whom one requirement refuses is not verified again for the next', async () => {
  const caller = { id: 'spiffe://prod.test/orders' };
  const { auth, asked } = noting({ outcome: 'denied', context: { ...context, caller } } as unknown as Verdict);
  const carrier = {};
  for (let call = 0; call < 2; call += 1) await judgeCall(auth, { facts: factsWith(), carrier, requirement });
  expect(asked).toEqual(['check', 'narrow']);
  expect(admissionOf(carrier)).toBeUndefined();
});

test('what another service proved of a carrier decides nothing here', async () => {
  for (const verdict of [denied, allowed]) {
    const [one, two] = [noting(verdict), noting(verdict)];
    const carrier = {};
    for (const { auth } of [one, two]) await judgeCall(auth, { facts: factsWith(), carrier, requirement });
    expect([one.asked, two.asked]).toEqual([['check'], ['check']]);
  }
});

test('optional does not hold for what cannot be read', async () => {
  const { auth, asked } = noting(allowed);
  await judgeCall(auth, { facts: factsWith(), carrier: {}, requirement: optional });
  await judgeCall(auth, { facts: unreadableFacts('Bot.help'), carrier: {}, requirement: optional });
  expect(asked).toEqual(['check, optional', 'check']);
});
