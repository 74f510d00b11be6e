/** Pieces for tests of DPoP: good proofs, with changes, and what they must be for. */
import { createHash } from 'node:crypto';
import { compactJws, signingKey, type SigningKey } from '../signature/signing-key.test-kit.ts';
import type { DpopExpectations } from './dpop-proof.ts';
import { now } from './token.test-kit.ts';

export const origin = 'https://inventory.test';
export const accessToken = 'a.good.token';

/** What the good proof is for. */
export const wanted: DpopExpectations = {
  method: 'GET',
  url: `${origin}/stock/42`,
  accessToken,
  now: now * 1000,
};

/** The hash of a token, as `ath` carries it. */
export function athOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** The key of a caller. */
export const proofKey: SigningKey = signingKey('ES256', 'dpop');

/** Its public JWK, with the required members only. */
export function bareJwk({ jwk }: SigningKey): Readonly<Record<string, unknown>> {
  const { kid: _kid, ...bare } = jwk;
  return bare;
}

/** A signed proof, with changes to its claims and its header. A change to `undefined` leaves a member out. */
export function proofWith(
  claims: Readonly<Record<string, unknown>> | string = {},
  header: Readonly<Record<string, unknown>> | string = {},
  key: SigningKey = proofKey,
): string {
  const goodHeader = { typ: 'dpop+jwt', alg: key.algorithm, jwk: bareJwk(key) };
  const goodClaims = { jti: 'jti-1', htm: 'GET', htu: wanted.url, iat: now, ath: athOf(accessToken) };
  return compactJws(
    typeof header === 'string' ? header : { ...goodHeader, ...header },
    typeof claims === 'string' ? claims : { ...goodClaims, ...claims },
    key,
  );
}
