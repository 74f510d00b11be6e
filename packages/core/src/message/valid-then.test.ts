/** Messages that waited while keys changed: what counts is the key at the time of the seal (OpenID Federation 1.0 §8.7). */
import { expect, test } from 'vitest';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import { expectations, found, producer, signingWith, startOfTest } from './message.test-kit.ts';
import { openMessage } from './open-message.ts';

const seconds = startOfTest / 1000;
const day = 86_400;
const old = signingKey('ES256', 'orders-old');
const next = signingKey('ES256', 'orders-new');

/** A message that was sealed a while ago with the old key, and is processed now. */
async function reasonOf(keys: readonly object[], secondsAgo = 3_600): Promise<string> {
  const sealedAt = startOfTest - secondsAgo * 1000;
  const sealing = { keys: signingWith(old), lifetimeSeconds: day, clock: { now: () => sealedAt } };
  const opened = await openMessage(
    found({}, { sealing }),
    expectations({ producers: [{ id: producer, keys: { keys } }] }),
  );
  return opened.ok ? 'opened' : `${opened.reason} ${opened.detail.check}`;
}

const current = { ...next.jwk, iat: seconds - 1_800, exp: seconds + day };
const retired = { ...old.jwk, iat: seconds - day, exp: seconds - 1_800 };
const revoked = (reason: string, revokedAt: number) => ({ ...retired, revoked: { revoked_at: revokedAt, reason } });

test('a message outlives the key that sealed it', async () => {
  expect(await reasonOf([retired, current])).toBe('opened');
  expect(await reasonOf([current])).toBe('MESSAGE_KEY_UNKNOWN kid');
  // Sealed after the key had retired, or before it was made: whoever has it writes any message.
  expect(await reasonOf([retired, current], 1_700)).toBe('KEY_NOT_VALID_THEN iat');
  expect(await reasonOf([{ ...retired, iat: seconds - 3_000 }, current])).toBe('KEY_NOT_VALID_THEN iat');
});

test.each([
  ['superseded, after the seal', revoked('superseded', seconds - 1_800), 'opened'],
  ['superseded, before the seal', revoked('superseded', seconds - 7_200), 'KEY_REVOKED kid'],
  ['compromised, after the seal', revoked('compromised', seconds - 1_800), 'KEY_REVOKED kid'],
  ['for a cause that nobody knows', revoked('lost', seconds - 1_800), 'KEY_REVOKED kid'],
])('a key that was revoked as %s', async (_, key, expected) => {
  expect(await reasonOf([key, current])).toBe(expected);
});
