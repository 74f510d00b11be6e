import express, { type Express } from 'express';
import passport from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';

/** What the verify callback makes of a token. */
interface Client {
  readonly id: string;
  readonly scopes: readonly string[];
}

/** The application. `publicKey` is the key of the issuer, as PEM. */
export function createApp(publicKey: string): Express {
  passport.use(
    new Strategy(
      {
        jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
        secretOrKey: publicKey,
        algorithms: ['ES256'],
        issuer: 'https://issuer.internal',
        audience: 'https://inventory.internal',
      },
      (claims: Readonly<Record<string, unknown>>, done) => {
        done(null, { id: claims['client_id'], scopes: String(claims['scope']).split(' ') });
      },
    ),
  );
  const app = express();
  app.get('/healthz', (_request, response) => {
    response.json({ ok: true });
  });
  app.get('/stock/:sku', passport.authenticate('jwt', { session: false }), (request, response) => {
    const client = request.user as Client;
    if (!client.scopes.includes('inventory:read')) {
      response.sendStatus(403);
      return;
    }
    response.json({ sku: request.params['sku'], askedBy: client.id });
  });
  return app;
}
