import {
  accessToken,
  algorithmNames,
  compileRequirement,
  ConfigurationError,
  createServiceAuth,
  memorySink,
  type RequestFacts,
} from '@countersign/core';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { expect, test } from 'vitest';
import { createTokenMinter, type TokenMinter, type TokenMinterOptions } from './token-minter.ts';

const issuer = 'https://issuer.test';
const audience = 'https://inventory.test';

/** What a service that trusts the minter says to a token. */
async function judge(minter: TokenMinter, token: string): Promise<string> {
  const { algorithm } = minter.signingKey;
  const auth = createServiceAuth({
    service: 'spiffe://prod.test/inventory',
    audience,
    accept: [accessToken({ issuer, jwks: minter.jwks, algorithms: [algorithm] })],
    audit: memorySink(),
  });
  const facts: RequestFacts = {
    transport: 'http',
    method: 'GET',
    target: '/',
    header: (name) => (name === 'authorization' ? [`Bearer ${token}`] : []),
    requestId: 'r',
  };
  const verdict = await auth.check(facts, compileRequirement({ anyCaller: 'a test of the minter' }, 'a test'));
  return verdict.outcome === 'denied' ? verdict.reason : (verdict.caller?.id ?? 'nobody');
}

test.each(algorithmNames)('a token of algorithm %s is good, to us and to jose', async (algorithm) => {
  const minter = await createTokenMinter({ issuer, audience, algorithm });
  const token = await minter.mint({ claims: { client_id: 'orders', sub: 'orders' } });
  expect(await judge(minter, token)).toBe(`oauth:${issuer}#orders`);
  const keys = createLocalJWKSet(minter.jwks as unknown as JSONWebKeySet);
  const { payload } = await jwtVerify(token, keys, { issuer, audience, typ: 'at+jwt' });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
});

test('changes change what they name, undefined removes, and the rest stays good', async () => {
  const minter = await createTokenMinter({ issuer, audience });
  const token = await minter.mint({ claims: { scope: 'a b', jti: undefined }, header: { typ: undefined, x: 1 } });
  expect(decodeJwt(token)).toMatchObject({ iss: issuer, aud: audience, scope: 'a b', client_id: 'test-client' });
  expect(decodeJwt(token)).not.toHaveProperty('jti');
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', kid: minter.signingKey.keyId, x: 1 });
  expect(await judge(minter, token)).toBe('TOKEN_TYPE_UNEXPECTED');
  expect(await judge(minter, await minter.mint({ claims: { jti: undefined } }))).toBe('TOKEN_CLAIM_MISSING');
  expect(await judge(minter, await minter.mint({ claims: { aud: 'other' } }))).toBe('TOKEN_AUDIENCE_MISMATCH');
});

test('a raw token is written to the letter, and signed', async () => {
  const minter = await createTokenMinter({ issuer, audience });
  const header = `{"alg":"ES256","typ":"at+jwt","kid":"${minter.signingKey.keyId}"}`;
  const token = minter.signRaw({ header, payload: '{"aud":1,"aud":2}' });
  expect(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).toBe('{"aud":1,"aud":2}');
  expect(await judge(minter, token)).toBe('TOKEN_MALFORMED');
});

test('after a rotation the new key signs, and the old one counts until it is withdrawn', async () => {
  const minter = await createTokenMinter({ issuer, audience });
  const before = minter.jwks;
  const old = await minter.mint();
  minter.rotateKeys();
  expect(minter.jwks).not.toBe(before);
  const fresh = await minter.mint();
  expect(decodeProtectedHeader(fresh).kid).not.toBe(decodeProtectedHeader(old).kid);
  expect(await judge(minter, fresh)).toBe(`oauth:${issuer}#test-client`);
  expect(await judge(minter, old)).toBe(`oauth:${issuer}#test-client`);
  minter.withdrawOldKeys();
  expect(await judge(minter, fresh)).toBe(`oauth:${issuer}#test-client`);
  expect(await judge(minter, old)).toBe('TOKEN_KEY_UNKNOWN');
});

test('the JWKS holds no private member', async () => {
  const minter = await createTokenMinter({ issuer, audience, algorithm: 'RS256' });
  for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi']) expect(minter.jwks.keys[0]).not.toHaveProperty(member);
});

test('every fault of the options is told at once', async () => {
  const making = createTokenMinter({ isuer: issuer, algorithm: 'HS256' } as unknown as TokenMinterOptions);
  await expect(making).rejects.toThrow(ConfigurationError);
  await expect(making).rejects.toMatchObject({
    faults: [{ option: 'isuer' }, { option: 'issuer' }, { option: 'audience' }, { option: 'algorithm' }],
  });
});
