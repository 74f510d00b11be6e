import jwt from '@fastify/jwt';
import Fastify, { type FastifyInstance } from 'fastify';

interface Claims {
  readonly client_id?: string;
  readonly scope?: string;
}

/** The application. `publicKey` is the key of the issuer, as PEM. */
export async function createApp(publicKey: string): Promise<FastifyInstance> {
  const app = Fastify();
  await app.register(jwt, {
    secret: { public: publicKey },
    verify: {
      algorithms: ['ES256'],
      allowedIss: 'https://issuer.internal',
      allowedAud: 'https://inventory.internal',
    },
  });
  app.get('/healthz', () => ({ ok: true }));
  app.get<{ Params: { sku: string } }>(
    '/stock/:sku',
    { onRequest: (request) => request.jwtVerify() },
    async (request, reply) => {
      const { client_id: client, scope } = request.user as Claims;
      if (!String(scope).split(' ').includes('inventory:read')) return reply.code(403).send();
      return { sku: request.params.sku, askedBy: client };
    },
  );
  return app;
}
