/** Tokens of RFC 9068 with twelve claims, all different, and the key set that verifies them. */
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

/** Algorithms that are measured. */
export const algorithms = ['RS256', 'ES256', 'EdDSA'] as const;
export type Algorithm = (typeof algorithms)[number];

export const issuer = 'https://issuer.bench.internal';
export const audience = 'https://inventory.bench.internal';

/** Tokens and their keys. */
export interface TokenSet {
  readonly tokens: readonly string[];
  readonly jwk: JWK;
}

async function sign(privateKey: CryptoKey, alg: Algorithm, index: number): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    client_id: `client-${index % 50}`,
    scope: 'inventory:read inventory:write orders:read orders:write payments:read reports:read',
    roles: ['service'],
    tenant: 'acme',
    auth_time: now - 60,
  })
    .setProtectedHeader({ alg, kid: `bench-${alg}`, typ: 'at+jwt' })
    .setIssuer(issuer)
    .setSubject(`user-${index}`)
    .setAudience(audience)
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + 800)
    .setJti(`jti-${index}`)
    .sign(privateKey);
}

/** Makes `count` tokens. */
export async function createTokenSet(alg: Algorithm, count: number): Promise<TokenSet> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const tokens: string[] = [];
  for (let index = 0; index < count; index += 1) tokens.push(await sign(privateKey, alg, index));
  return { tokens, jwk: { ...(await exportJWK(publicKey)), kid: `bench-${alg}`, alg, use: 'sig' } };
}
