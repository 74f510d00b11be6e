/** The analytics, on Fastify. Reading reports and writing them are two scopes; users are let in to read. */
import { callerOf, createServiceAuth, serviceAuth } from '@countersign/fastify';
import { announceReady, readWorkload } from '@countersign/trust-world-app/settings';
import { serviceOptionsOf, tlsOptionsOf } from '@countersign/trust-world-app/workload';
import Fastify from 'fastify';

const workload = await readWorkload();
const auth = createServiceAuth(serviceOptionsOf(workload));
const tls = tlsOptionsOf(workload);
const gateway = 'spiffe://demo.internal/gateway';
const reports: string[] = ['apples sell best'];

const app = Fastify({ https: tls });
await app.register(serviceAuth, { auth, tls });
app.get('/healthz', { config: { public: 'liveness probe' } }, () => ({ ok: true }));
app.get(
  '/reports',
  { config: { allow: { caller: gateway, scope: 'analytics:read', subject: 'required' } } },
  (request) => ({ reports, for: callerOf(request).subject?.id }),
);
app.post<{ readonly Body: { readonly text: string } }>(
  '/reports',
  { config: { allow: { caller: gateway, scope: 'analytics:write', subject: 'required' } } },
  (request, reply) => {
    reports.push(request.body.text);
    return reply.code(201).send({ reports: reports.length });
  },
);

await auth.ready();
await app.listen({ port: 0, host: '127.0.0.1' });
announceReady(app.server, () => app.close());
