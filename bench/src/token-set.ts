/** Tokens of RFC 9068 with twelve claims, all different, the key set that verifies them, and how to sign others. */
import { generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto';

/** Algorithms that are measured. */
export const algorithms = ['RS256', 'ES256', 'EdDSA'] as const;
export type Algorithm = (typeof algorithms)[number];

export const issuer = 'https://issuer.bench.internal';
export const audience = 'https://inventory.bench.internal';

/** Tokens and their key, as plain data for a worker process. */
export interface TokenSet {
  readonly algorithm: Algorithm;
  readonly tokens: readonly string[];
  readonly jwk: JsonWebKey & { readonly kid: string };
}

/** Members of a header or a payload. `undefined` leaves one out. */
export type Members = Readonly<Record<string, unknown>>;

/** Signs. */
export interface TokenSigner {
  readonly algorithm: Algorithm;
  readonly jwk: JsonWebKey & { readonly kid: string };
  readonly publicKey: KeyObject;
  /** A good token, with these members instead of the usual ones. */
  token(index: number, claims?: Members, header?: Members): string;
  /** Signs any two texts as header and payload. */
  signTexts(header: string, payload: string | Buffer): string;
  /** Signs two segments as they are. */
  signSegments(header: string, payload: string): string;
}

function keyPair(algorithm: Algorithm): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  if (algorithm === 'RS256') return generateKeyPairSync('rsa', { modulusLength: 2048 });
  return algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
}

/** Good claims. */
export function goodClaims(index: number): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuer,
    sub: `user-${index}`,
    aud: audience,
    exp: now + 880,
    iat: now,
    nbf: now,
    jti: `jti-${index}`,
    client_id: `client-${index % 50}`,
    scope: 'inventory:read inventory:write orders:read orders:write payments:read reports:read',
    roles: ['service'],
    tenant: 'acme',
    auth_time: now - 60,
  };
}

/** Makes a signer with a new key. */
export function createTokenSigner(algorithm: Algorithm, kid = `bench-${algorithm}`): TokenSigner {
  const { privateKey, publicKey } = keyPair(algorithm);
  const hash = algorithm === 'EdDSA' ? null : 'sha256';
  const how = { key: privateKey, ...(algorithm === 'ES256' && { dsaEncoding: 'ieee-p1363' as const }) };
  const encode = (content: string | Buffer): string => Buffer.from(content as string).toString('base64url');
  const signSegments = (header: string, payload: string): string => {
    const signed = `${header}.${payload}`;
    return `${signed}.${sign(hash, Buffer.from(signed, 'latin1'), how).toString('base64url')}`;
  };
  const signTexts = (header: string, payload: string | Buffer): string => signSegments(encode(header), encode(payload));
  return {
    algorithm,
    publicKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' },
    signSegments,
    signTexts,
    token: (index, claims = {}, header = {}) =>
      signTexts(
        JSON.stringify({ alg: algorithm, kid, typ: 'at+jwt', ...header }),
        JSON.stringify({ ...goodClaims(index), ...claims }),
      ),
  };
}

/** Makes `count` good tokens. */
export function createTokenSet(signer: TokenSigner, count: number): TokenSet {
  const tokens = Array.from({ length: count }, (_none, index) => signer.token(index));
  return { algorithm: signer.algorithm, tokens, jwk: signer.jwk };
}

/** The same tokens with a signature that belongs to none of them: well formed, and wrong. */
export function withWrongSignatures({ tokens, ...rest }: TokenSet): TokenSet {
  const [first = ''] = tokens;
  const foreign = first.slice(first.lastIndexOf('.'));
  return { ...rest, tokens: tokens.slice(1).map((token) => token.slice(0, token.lastIndexOf('.')) + foreign) };
}
