/** A token that was accepted is believed again only as long as everything that was true about it still is. */
import { expect, test } from 'vitest';
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import type { KeySource } from '../signature/key-source.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import type { VerificationKey } from '../signature/verification-key.ts';
import type { IssuerRecord } from './issuer.ts';
import type { TokenCacheOptions } from './token-cache-options.ts';
import type { JudgedToken } from './judged-token.ts';
import { createTokenVerifier } from './token-verifier.ts';
import { unknownIssuer } from './trusts.ts';
import { now, recordWith, runtimeWith, tokenWith } from './token.test-kit.ts';

function remembering(options?: TokenCacheOptions) {
  const clock = { at: now * 1000, now: () => clock.at, monotonic: () => 0 };
  const state: { record: IssuerRecord | undefined; key: Outcome<VerificationKey> | undefined } = {
    record: recordWith(),
    key: undefined,
  };
  const keys: KeySource = {
    find: (selector) => state.key ?? state.record?.keySet?.find(selector) ?? refuse('TOKEN_KEY_UNKNOWN', 'kid'),
  };
  const trusts = {
    find: (name: string) => (state.record === undefined ? unknownIssuer(name) : accept({ record: state.record, keys })),
    ready: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const verifier = createTokenVerifier(trusts, runtimeWith({ clock }), options);
  const verify = async (token: string): Promise<Outcome<JudgedToken>> => verifier.verify(token);
  return { clock, state, verify };
}

const token = tokenWith();

test('a known token is not verified again, and answers the same', async () => {
  const { verify } = remembering();
  const first = await verify(token);
  expect(first.ok).toBe(true);
  const second = await verify(token);
  expect(second).toEqual(first);
  expect(first.ok && second.ok && first.value === second.value).toBe(true);
});

test('without a memory every token is verified anew', async () => {
  const { verify } = remembering(false);
  const [first, second] = [await verify(token), await verify(token)];
  expect(first.ok && second.ok && first.value === second.value).toBe(false);
});

test.each<[string, (world: ReturnType<typeof remembering>) => void, string]>([
  ['it expired', ({ clock }) => void (clock.at += 400_000), 'TOKEN_EXPIRED'],
  ['the clock was set back to before its issue', ({ clock }) => void (clock.at -= 400_000), 'TOKEN_NOT_YET_VALID'],
  ['the clock answers no number', ({ clock }) => void (clock.at = Number.NaN), 'TOKEN_NOT_YET_VALID'],
  ['its key was withdrawn', ({ state }) => void (state.key = refuse('TOKEN_KEY_UNKNOWN', 'kid')), 'TOKEN_KEY_UNKNOWN'],
  [
    'its key id now names another key',
    ({ state }) => {
      const other = recordWith({ jwks: { keys: [{ ...signingKey('ES256', 'other').jwk, kid: 'key-1' }] } });
      state.key = other.keySet?.find({ keyId: 'key-1', algorithm: 'ES256' });
    },
    'TOKEN_SIGNATURE_INVALID',
  ],
  [
    'the keys cannot be had any more',
    ({ state }) => void (state.key = refuse('ISSUER_KEYS_UNAVAILABLE', 'jwks')),
    'ISSUER_KEYS_UNAVAILABLE',
  ],
  ['its issuer is not believed any more', ({ state }) => void (state.record = undefined), 'TOKEN_ISSUER_UNKNOWN'],
  [
    'the record of its issuer became stricter',
    ({ state }) => void (state.record = recordWith({ maxLifetimeSeconds: 60 })),
    'TOKEN_LIFETIME_TOO_LONG',
  ],
])('a known token is refused when %s', async (_case, change, reason) => {
  const world = remembering();
  expect((await world.verify(token)).ok).toBe(true);
  change(world);
  expect(await world.verify(token)).toMatchObject({ ok: false, reason });
  expect(await world.verify(token)).toMatchObject({ ok: false, reason });
});

test('a token that was refused is not remembered', async () => {
  const { state, verify } = remembering();
  state.key = refuse('ISSUER_KEYS_UNAVAILABLE', 'jwks');
  expect((await verify(token)).ok).toBe(false);
  state.key = undefined;
  expect((await verify(token)).ok).toBe(true);
});

test('the same key under a fresh load of the keys keeps the memory', async () => {
  const { state, verify } = remembering();
  const first = await verify(token);
  const loaded = recordWith().keySet?.find({ keyId: 'key-1', algorithm: 'ES256' });
  state.key = loaded?.ok === true ? accept(loaded.value) : undefined;
  const second = await verify(token);
  expect(first.ok && second.ok && first.value === second.value).toBe(true);
});

test('a key that arrives late serves a known token too', async () => {
  const { state, verify } = remembering();
  await verify(token);
  const found = recordWith().keySet?.find({ keyId: 'key-1', algorithm: 'ES256' });
  state.key = Promise.resolve(found) as never;
  expect((await verify(token)).ok).toBe(true);
});
