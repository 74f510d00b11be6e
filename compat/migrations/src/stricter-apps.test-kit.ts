/** The packages left behind once more, with those of their options that refuse more. */
import jwt from '@fastify/jwt';
import express, { type Express, type RequestHandler } from 'express';
import { expressjwt } from 'express-jwt';
import { auth } from 'express-oauth2-jwt-bearer';
import Fastify, { type FastifyInstance } from 'fastify';
import { Passport } from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { trusted } from './token-corpus.test-kit.ts';

const { issuer, audience } = trusted;
const algorithms: ['ES256'] = ['ES256'];

function guarded(guard: RequestHandler): Express {
  const app = express();
  app.get('/stock/:sku', guard, (_request, response) => {
    response.json({});
  });
  return app;
}

/** `maxAge` of jsonwebtoken. */
export function stricterExpressJwt(publicKey: string): Express {
  return guarded(expressjwt({ secret: publicKey, algorithms, issuer, audience, maxAge: '15m' }));
}

/** `strict`. */
export function stricterBearer(publicKey: string): Express {
  return guarded(auth({ issuer, audience, publicKey, tokenSigningAlg: 'ES256', strict: true }));
}

/** `maxAge` of jsonwebtoken, in the place this package has for it. */
export function stricterPassport(publicKey: string): Express {
  const passport = new Passport();
  const jwtFromRequest = ExtractJwt.fromAuthHeaderAsBearerToken();
  const options = { jwtFromRequest, secretOrKey: publicKey, algorithms, issuer, audience };
  passport.use(
    new Strategy({ ...options, jsonWebTokenOptions: { maxAge: '15m' } }, (_claims: unknown, done) => done(null, {})),
  );
  return guarded(passport.authenticate('jwt', { session: false }) as RequestHandler);
}

/** `requiredClaims`, `checkTyp` and `maxAge` of fast-jwt. */
export async function stricterFastifyJwt(publicKey: string): Promise<FastifyInstance> {
  const app = Fastify();
  await app.register(jwt, {
    secret: { public: publicKey },
    verify: {
      algorithms,
      allowedIss: issuer,
      allowedAud: audience,
      requiredClaims: ['iss', 'aud', 'exp', 'iat', 'sub', 'client_id', 'jti'],
      checkTyp: 'at+jwt',
      maxAge: '15m',
    },
  });
  app.get('/stock/:sku', { onRequest: (request) => request.jwtVerify() }, () => ({}));
  return app;
}
