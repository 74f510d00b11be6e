import { ConfigurationError, verifyJwtSvid } from '@countersign/core';
import { afterEach, expect, test, vi } from 'vitest';
import type { TokenChanges } from '../mint-token.ts';
import { createJwtSvidMinter } from './jwt-svid-minter.ts';

const id = 'spiffe://prod.test/orders';
const audience = 'https://inventory.test';
const trustDomain = 'prod.test';

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each(['ES256', 'RS256', 'PS384'] as const)('a token signed with %s is good under the bundle', (algorithm) => {
  const minter = createJwtSvidMinter({ trustDomain, algorithm });
  const bundle = { trustDomain, keys: minter.bundle.keys };
  const judged = verifyJwtSvid(minter.mint({ id, audience }), { bundle, audience, now: Date.now() });
  expect(judged).toMatchObject({ ok: true, value: { sub: id, audience: [audience] } });
});

test.each<[string, TokenChanges, string]>([
  ['another subject', { claims: { sub: 'spiffe://evil.test/orders' } }, 'TOKEN_ISSUER_UNKNOWN'],
  ['no audience', { claims: { aud: undefined } }, 'TOKEN_AUDIENCE_MISMATCH'],
  ['another audience', { claims: { aud: 'https://other.test' } }, 'TOKEN_AUDIENCE_MISMATCH'],
  ['its end in the past', { claims: { iat: 1, exp: 2 } }, 'TOKEN_EXPIRED'],
  ['no key id', { header: { kid: undefined } }, 'TOKEN_KEY_UNKNOWN'],
])('a token with %s is written as asked, and refused', (_title, changes, reason) => {
  const minter = createJwtSvidMinter({ trustDomain });
  const bundle = { trustDomain, keys: minter.bundle.keys };
  const judged = verifyJwtSvid(minter.mint({ id, audience }, changes), { bundle, audience, now: Date.now() });
  expect(judged).toMatchObject({ ok: false, reason });
});

test('after a rotation a new key signs, and the old one verifies until it is withdrawn', () => {
  const minter = createJwtSvidMinter({ trustDomain });
  const old = minter.mint({ id, audience });
  const first = minter.bundle;
  minter.rotateKeys();
  expect(minter.bundle).not.toBe(first);
  const judge = (token: string) =>
    verifyJwtSvid(token, { bundle: { trustDomain, keys: minter.bundle.keys }, audience, now: Date.now() }).ok;
  expect([judge(old), judge(minter.mint({ id, audience }))]).toEqual([true, true]);
  minter.withdrawOldKeys();
  expect([judge(old), judge(minter.mint({ id, audience }))]).toEqual([false, true]);
});

test('a published key verifies before it signs, and is the next one that signs', () => {
  const minter = createJwtSvidMinter({ trustDomain });
  const first = minter.signingKey.keyId;
  minter.publishNextKey();
  minter.publishNextKey();
  const kids = minter.bundle.keys.map(({ kid }) => kid);
  expect(kids).toEqual([first, expect.any(String)]);
  expect(minter.signingKey.keyId).toBe(first);
  minter.withdrawOldKeys();
  expect(minter.bundle.keys.map(({ kid }) => kid)).toEqual(kids);
  minter.rotateKeys();
  expect(minter.signingKey.keyId).toBe(kids[1]);
  expect(minter.bundle.keys.map(({ kid }) => kid)).toEqual(kids.toReversed());
});

test('it asks for a trust domain and a known algorithm, and does not start in production', () => {
  expect(() => createJwtSvidMinter({ trustDomain: '' })).toThrow(ConfigurationError);
  expect(() => createJwtSvidMinter({ trustDomain, algorithm: 'none' as never })).toThrow(ConfigurationError);
  vi.stubEnv('NODE_ENV', 'production');
  expect(() => createJwtSvidMinter({ trustDomain })).toThrow(/NODE_ENV/);
});
