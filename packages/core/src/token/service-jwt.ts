/**
 * Signs a token that a service issues about itself: what the profile `service-jwt` accepts, and nothing beside it. It
 * names one audience, carries an id of its own, and grants nothing.
 */
import { randomUUID } from 'node:crypto';
import { Secret } from '../errors/secret.ts';
import { signJws } from '../signature/sign-jws.ts';
import type { SigningKey } from '../signature/signing-keys.ts';

/** What the token says. */
export interface ServiceJwtClaims {
  readonly issuer: string;
  /** The canonical id of this service. */
  readonly workload: string;
  readonly audience: string;
  /** Until `exp`, in seconds. The profile accepts at most 300. */
  readonly lifetimeSeconds: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Signs. */
export function signServiceJwt({ keyId, key }: SigningKey, claims: ServiceJwtClaims): Secret {
  const { issuer, workload, audience, lifetimeSeconds, now } = claims;
  const iat = Math.floor(now / 1000);
  const exp = iat + lifetimeSeconds;
  const payload = { iss: issuer, sub: workload, aud: audience, jti: randomUUID(), iat, exp };
  return new Secret(signJws({ typ: 'service+jwt', kid: keyId }, payload, key));
}
