import express, { type Express } from 'express';
import { expressjwt, type Request } from 'express-jwt';

/** The application. `publicKey` is the key of the issuer, as PEM. */
export function createApp(publicKey: string): Express {
  const app = express();
  app.get('/healthz', (_request, response) => {
    response.json({ ok: true });
  });
  app.use(
    expressjwt({
      secret: publicKey,
      algorithms: ['ES256'],
      issuer: 'https://issuer.internal',
      audience: 'https://inventory.internal',
    }),
  );
  app.get('/stock/:sku', (request: Request, response) => {
    const scopes = String(request.auth?.['scope']).split(' ');
    if (!scopes.includes('inventory:read')) {
      response.sendStatus(403);
      return;
    }
    response.json({ sku: request.params['sku'], askedBy: request.auth?.['client_id'] });
  });
  return app;
}
