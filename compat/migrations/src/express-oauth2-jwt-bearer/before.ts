import express, { type Express } from 'express';
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer';

/** The application. `publicKey` is the key of the issuer, as PEM. */
export function createApp(publicKey: string): Express {
  const app = express();
  app.get('/healthz', (_request, response) => {
    response.json({ ok: true });
  });
  app.use(
    auth({
      issuer: 'https://issuer.internal',
      audience: 'https://inventory.internal',
      publicKey,
      tokenSigningAlg: 'ES256',
    }),
  );
  app.get('/stock/:sku', requiredScopes('inventory:read'), (request, response) => {
    response.json({ sku: request.params['sku'], askedBy: request.auth?.payload['client_id'] });
  });
  return app;
}
