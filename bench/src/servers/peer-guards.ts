/** Peers in front of a service, each as its own documentation sets it up, with issuer, audience and algorithm demanded. */
import type { IncomingMessage } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import jwksRsa from 'jwks-rsa';
import passport from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { requiredClaims, toleranceSeconds } from '../peer-verifiers.ts';
import { audience, issuer } from '../token-set.ts';
import type { ServiceMaterial } from './service.ts';

/** The credential of a request. */
export function bearerOf(request: IncomingMessage): string {
  return request.headers.authorization?.slice('Bearer '.length) ?? '';
}

/** Teaches passport the strategy `jwt`. */
export function usePassportJwt({ set, jwksUri }: ServiceMaterial): void {
  const strategy = new Strategy(
    {
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKeyProvider: jwksRsa.passportJwtSecret({ jwksUri, cache: true }),
      issuer,
      audience,
      algorithms: [set.algorithm as 'ES256'],
      jsonWebTokenOptions: { clockTolerance: toleranceSeconds },
    },
    (claims: object, done: (error: null, user: object) => void) => done(null, claims),
  );
  passport.use('jwt', strategy);
}

/** What many services write by hand: jose, with a remote key set. */
export function joseGuard({ set, jwksUri }: ServiceMaterial): (request: IncomingMessage) => Promise<boolean> {
  const keys = createRemoteJWKSet(new URL(jwksUri));
  const options = {
    algorithms: [set.algorithm],
    issuer,
    audience,
    typ: 'at+jwt',
    requiredClaims,
    clockTolerance: toleranceSeconds,
  };
  return async (request) => {
    try {
      await jwtVerify(bearerOf(request), keys, options);
      return true;
    } catch {
      return false;
    }
  };
}
