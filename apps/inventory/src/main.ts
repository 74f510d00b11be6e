/** The inventory, on Fastify. Reading stock and reserving it are two scopes, for two callers. */
import { callerOf, createServiceAuth, serviceAuth } from '@countersign/fastify';
import { announceReady, readWorkload } from '@countersign/trust-world-app/settings';
import { serviceOptionsOf, tlsOptionsOf } from '@countersign/trust-world-app/workload';
import Fastify from 'fastify';

const workload = await readWorkload();
const auth = createServiceAuth(serviceOptionsOf(workload));
const tls = tlsOptionsOf(workload);
const stock = new Map([
  ['apple', 12],
  ['pear', 3],
]);

interface BySku {
  readonly Params: { readonly sku: string };
}

const app = Fastify({ https: tls });
await app.register(serviceAuth, { auth, tls });
app.get('/healthz', { config: { public: 'liveness probe' } }, () => ({ ok: true }));
app.get<BySku>(
  '/stock/:sku',
  { config: { allow: { caller: 'spiffe://demo.internal/gateway', scope: 'inventory:read' } } },
  (request) => ({ sku: request.params.sku, left: stock.get(request.params.sku) ?? 0, askedBy: callerOf(request).id }),
);
app.post<BySku & { readonly Body: { readonly quantity: number } }>(
  '/stock/:sku/reservations',
  { config: { allow: { caller: 'spiffe://demo.internal/orders', scope: 'inventory:reserve' } } },
  (request, reply) => {
    const left = (stock.get(request.params.sku) ?? 0) - request.body.quantity;
    if (!Number.isInteger(left) || left < 0) return reply.code(409).send({ error: 'out of stock' });
    stock.set(request.params.sku, left);
    return { sku: request.params.sku, left, reservedFor: callerOf(request).id };
  },
);

await auth.ready();
await app.listen({ port: 0, host: '127.0.0.1' });
announceReady(app.server, () => app.close());
