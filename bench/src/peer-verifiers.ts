/**
 * Peers, each as strict as its options allow: algorithm, issuer, audience, `typ`, required claims, age, and the same
 * tolerance for clocks. No code of ours is added to them; what they then still accept is counted.
 */
import { createPublicKey } from 'node:crypto';
import { JwtVerifier } from 'aws-jwt-verify';
import { auth } from 'express-oauth2-jwt-bearer';
import { createVerifier, type VerifierOptions } from 'fast-jwt';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import type { Verify } from './limits.ts';
import { publicKeyOf } from './limits.ts';
import { audience, issuer, type TokenSet } from './token-set.ts';

export const requiredClaims = ['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'client_id'];
export const toleranceSeconds = 30;
export const maximumAgeSeconds = 900;

/** Options of fast-jwt, also for `@fastify/jwt`. */
export function fastJwtOptions({ algorithm }: Pick<TokenSet, 'algorithm'>): Partial<VerifierOptions> {
  return {
    algorithms: [algorithm],
    allowedIss: issuer,
    allowedAud: audience,
    checkTyp: 'at+jwt',
    requiredClaims,
    maxAge: maximumAgeSeconds * 1000,
    clockTolerance: toleranceSeconds * 1000,
  };
}

/** fast-jwt, with options of its cache. */
export function fastJwt(set: TokenSet, cache: Partial<VerifierOptions>): Verify {
  const key = publicKeyOf(set).export({ type: 'spki', format: 'pem' });
  return createVerifier<string>({ ...fastJwtOptions(set), ...cache, key });
}

/** jsonwebtoken, with a KeyObject that is made once. */
export function jsonWebToken(set: TokenSet): Verify {
  const key = createPublicKey({ key: set.jwk, format: 'jwk' });
  const options = {
    algorithms: [set.algorithm as 'RS256'],
    issuer,
    audience,
    clockTolerance: toleranceSeconds,
    maxAge: maximumAgeSeconds,
  };
  return (token) => jsonwebtoken.verify(token, key, options);
}

/** aws-jwt-verify, synchronous, with its key set in hand. */
export function awsJwtVerify({ jwk }: TokenSet): Verify {
  const verifier = JwtVerifier.create({
    issuer,
    audience,
    jwksUri: 'https://issuer.bench.internal/jwks',
    graceSeconds: toleranceSeconds,
  });
  verifier.cacheJwks({ keys: [jwk] } as never);
  return (token) => verifier.verifySync(token);
}

/** jose, with a local key set. */
export function jose({ algorithm, jwk }: TokenSet): Verify {
  const keys = createLocalJWKSet({ keys: [jwk] } as JSONWebKeySet);
  const options = {
    algorithms: [algorithm],
    issuer,
    audience,
    typ: 'at+jwt',
    requiredClaims,
    clockTolerance: toleranceSeconds,
    maxTokenAge: maximumAgeSeconds,
  };
  return (token) => jwtVerify(token, keys, options);
}

/** The middleware of express-oauth2-jwt-bearer, which has no other way in, on the smallest request it takes. */
export function oauth2JwtBearer({ algorithm, jwk }: TokenSet): Verify {
  const middleware = auth({
    issuer,
    audience,
    publicKey: { keys: [jwk] } as never,
    tokenSigningAlg: algorithm,
    strict: true,
    clockTolerance: toleranceSeconds,
    maxTokenAge: maximumAgeSeconds,
  });
  return (token) =>
    new Promise((resolve, reject) => {
      const request = {
        headers: { authorization: `Bearer ${token}`, host: 'inventory.bench.internal' },
        method: 'GET',
        protocol: 'https',
        url: '/',
        get: () => 'inventory.bench.internal',
        is: () => false,
        app: { get: () => false },
      };
      const done = (error?: unknown): void => (error === undefined ? resolve(request) : reject(error as Error));
      void middleware(request as never, {} as never, done);
    });
}
