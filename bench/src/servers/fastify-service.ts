/** The service on Fastify. */
import type { AddressInfo } from 'node:net';
import { serviceAuth } from '@countersign/fastify';
import fastifyJwt from '@fastify/jwt';
import Fastify, { type FastifyInstance } from 'fastify';
import { publicKeyOf } from '../limits.ts';
import { fastJwtOptions } from '../peer-verifiers.ts';
import { bearerOf } from './peer-guards.ts';
import { answer, isOurs, path, type ServiceMaterial } from './service.ts';

function mapGuard(app: FastifyInstance, { known }: ServiceMaterial): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (known.has(bearerOf(request.raw))) done();
    else void reply.code(401).send();
  });
}

async function jwtGuard(app: FastifyInstance, { guard, set }: ServiceMaterial): Promise<void> {
  const cache = guard.endsWith('cache') ? 2 * set.tokens.length : false;
  await app.register(fastifyJwt, {
    secret: { public: String(publicKeyOf(set).export({ type: 'spki', format: 'pem' })) },
    verify: { ...fastJwtOptions(set), cache },
  });
  app.addHook('onRequest', async (request) => {
    await request.jwtVerify();
  });
}

/** Starts it; answers the port. */
export async function startFastify(material: ServiceMaterial): Promise<number> {
  const app = Fastify();
  const { guard } = material;
  if (isOurs(guard)) await app.register(serviceAuth, { auth: material.auth });
  if (guard === 'bare Map') mapGuard(app, material);
  if (guard.startsWith('@fastify/jwt')) await jwtGuard(app, material);
  app.get(path, isOurs(guard) ? { config: { allow: { scope: 'inventory:read' } } } : {}, () => answer);
  await app.listen({ port: 0, host: '127.0.0.1' });
  return (app.server.address() as AddressInfo).port;
}
