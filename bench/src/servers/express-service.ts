/** The service on Express. */
import { createServer } from 'node:http';
import { allow, serviceAuth } from '@countersign/express';
import express, { type Express, type RequestHandler } from 'express';
import { expressjwt, type GetVerificationKey } from 'express-jwt';
import { auth } from 'express-oauth2-jwt-bearer';
import jwksRsa from 'jwks-rsa';
import passport from 'passport';
import { maximumAgeSeconds, toleranceSeconds } from '../peer-verifiers.ts';
import { audience, issuer } from '../token-set.ts';
import { bearerOf, usePassportJwt } from './peer-guards.ts';
import { answer, isOurs, listen, path, type ServiceMaterial } from './service.ts';

function mapGuard({ known }: ServiceMaterial): RequestHandler {
  return (request, response, next) => (known.has(bearerOf(request)) ? next() : void response.sendStatus(401));
}

function oauth2JwtBearer({ set, jwksUri }: ServiceMaterial): RequestHandler {
  return auth({
    issuer,
    audience,
    jwksUri,
    tokenSigningAlg: set.algorithm,
    strict: true,
    clockTolerance: toleranceSeconds,
    maxTokenAge: maximumAgeSeconds,
  }) as unknown as RequestHandler;
}

function expressJwt({ set, jwksUri }: ServiceMaterial): RequestHandler {
  return expressjwt({
    secret: jwksRsa.expressJwtSecret({ jwksUri, cache: true }) as GetVerificationKey,
    issuer,
    audience,
    algorithms: [set.algorithm as 'ES256'],
    clockTolerance: toleranceSeconds,
  }) as unknown as RequestHandler;
}

function passportJwt(material: ServiceMaterial): RequestHandler {
  usePassportJwt(material);
  return passport.authenticate('jwt', { session: false }) as RequestHandler;
}

function guard(app: Express, material: ServiceMaterial): void {
  if (material.guard === 'bare Map') app.use(mapGuard(material));
  if (material.guard === 'express-oauth2-jwt-bearer') app.use(oauth2JwtBearer(material));
  if (material.guard === 'express-jwt + jwks-rsa') app.use(expressJwt(material));
  if (material.guard === 'passport-jwt + jwks-rsa') app.use(passportJwt(material));
}

/** Starts it; answers the port. */
export function startExpress(material: ServiceMaterial): Promise<number> {
  const app = express();
  const reply: RequestHandler = (_request, response) => void response.json(answer);
  if (isOurs(material.guard)) {
    app.use(serviceAuth(material.auth, { atLeast: { anyCaller: 'benchmark' } }));
    app.get(path, allow({ scope: 'inventory:read' }), reply);
  } else {
    guard(app, material);
    app.get(path, reply);
  }
  return listen(createServer(app));
}
