/** Starts the service of a framework behind one guard, in a process of its own. */
import { createWriteStream } from 'node:fs';
import { accessToken, createServiceAuth, jsonLines, memorySink } from '@countersign/core';
import { audience, issuer } from '../token-set.ts';
import { startExpress } from './express-service.ts';
import { startFastify } from './fastify-service.ts';
import { startNest } from './nest-service.ts';
import type { ServerJob, ServiceMaterial } from './service.ts';

function start(material: ServiceMaterial): Promise<number> {
  if (material.framework === 'express') return startExpress(material);
  return material.framework === 'fastify' ? startFastify(material) : startNest(material);
}

/** Starts it; answers the port. */
export async function startServer(job: ServerJob): Promise<{ readonly port: number }> {
  const auth = createServiceAuth({
    service: 'spiffe://bench.internal/inventory',
    audience,
    accept: [accessToken({ issuer, jwks: { keys: [job.set.jwk] } })],
    audit: job.guard === 'countersign, JSON lines' ? jsonLines(createWriteStream(job.auditPath)) : memorySink(16),
  });
  return { port: await start({ ...job, auth, known: new Set(job.set.tokens) }) };
}
