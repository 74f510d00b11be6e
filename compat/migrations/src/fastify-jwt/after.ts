import { accessToken, callerOf, createServiceAuth, jsonLines, serviceAuth, type AuditSink } from '@countersign/fastify';
import Fastify, { type FastifyInstance } from 'fastify';

/** The application. `publicKey` is the key of the issuer, as PEM. */
export async function createApp(
  publicKey: string,
  audit: AuditSink = jsonLines(process.stdout),
): Promise<FastifyInstance> {
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
  const app = Fastify();
  await app.register(serviceAuth, { auth });
  app.get('/healthz', { config: { public: 'liveness probe' } }, () => ({ ok: true }));
  app.get<{ Params: { sku: string } }>(
    '/stock/:sku',
    { config: { allow: { scope: 'inventory:read' } } },
    async (request) => ({ sku: request.params.sku, askedBy: callerOf(request).id }),
  );
  return app;
}
