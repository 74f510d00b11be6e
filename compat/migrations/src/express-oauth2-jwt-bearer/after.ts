import {
  accessToken,
  allow,
  callerOf,
  createServiceAuth,
  jsonLines,
  serviceAuth,
  type AuditSink,
} from '@countersign/express';
import express, { type Express } from 'express';

/** The application. `publicKey` is the key of the issuer, as PEM. */
export function createApp(publicKey: string, audit: AuditSink = jsonLines(process.stdout)): Express {
  const auth = createServiceAuth({
    service: 'oauth:https://issuer.internal#inventory',
    audience: 'https://inventory.internal',
    accept: [
      accessToken({
        issuer: 'https://issuer.internal',
        pem: { key: publicKey, keyId: '2026-11' },
        algorithms: ['ES256'],
      }),
    ],
    audit,
  });
  const app = express();
  app.get('/healthz', (_request, response) => {
    response.json({ ok: true });
  });
  app.use(serviceAuth(auth, { atLeast: { anyCaller: 'each route names the scope it needs' } }));
  app.get('/stock/:sku', allow({ scope: 'inventory:read' }), (request, response) => {
    response.json({ sku: request.params['sku'], askedBy: callerOf(request).id });
  });
  return app;
}
