import { expect, test } from 'vitest';
import { accept } from '../errors/outcome.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import type { JudgedToken } from './judged-token.ts';
import { tokenWith, verifierWith, verifyNow } from './token.test-kit.ts';

function judged(): JudgedToken {
  const outcome = verifyNow(verifierWith(), tokenWith());
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.value;
}

test('a narrowed token is another token: nothing that was made of the first one comes along', () => {
  const token = judged();
  token.identity = accept({ workload: 'oauth:first' } as VerifiedIdentity);
  token.followed = { evidence: {} as never };
  const confirmation = { key: 'A'.repeat(43) };
  const narrowed = token.narrowedTo({ ...token.token, confirmation });
  expect([narrowed.identity, narrowed.followed, narrowed.standing]).toEqual(Array(3).fill(undefined));
  expect(narrowed.confirmation).toBe(confirmation);
  expect(narrowed.record).toBe(token.record);
});
