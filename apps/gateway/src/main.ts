/** The gateway: the first service of the demo, on Express. It lets the storefront in, and calls on as itself. */
import { createServer } from 'node:https';
import { allow, callerOf, createServiceAuth, guardConnections, serviceAuth } from '@countersign/express';
import { announceReady, readWorkload } from '@countersign/trust-world-app/settings';
import { clientOf, serviceOptionsOf, tlsOptionsOf } from '@countersign/trust-world-app/workload';
import express, { type Response } from 'express';

const workload = await readWorkload();
const auth = createServiceAuth(serviceOptionsOf(workload));
const tls = tlsOptionsOf(workload);
const inventory = clientOf(workload, 'inventory', 'inventory:read');
const orders = clientOf(workload, 'orders', 'orders:write');
const storefront = 'spiffe://demo.internal/storefront';

/** Passes a neighbour's answer on, without its headers. */
async function relay(response: Response, answering: ReturnType<typeof orders.fetch>): Promise<void> {
  const answer = await answering;
  response.status(answer.status).json(await answer.json());
}

const app = express();
app.disable('x-powered-by');
app.get('/healthz', (_request, response) => void response.json({ ok: true }));
app.use(serviceAuth(auth, { atLeast: { caller: 'spiffe://demo.internal/**' } }));
app.use(express.json());
app.get('/catalog/:sku', allow({ caller: storefront, scope: 'catalog:read' }), async (request, response) => {
  await relay(response, inventory.fetch(`/stock/${encodeURIComponent(String(request.params['sku']))}`));
});
app.post('/checkout', allow({ caller: storefront, scope: 'checkout:write' }), async (request, response) => {
  const order = { ...request.body, placedBy: callerOf(request).id };
  const headers = { 'content-type': 'application/json' };
  await relay(response, orders.fetch('/orders', { method: 'POST', headers, body: JSON.stringify(order) }));
});

const server = createServer(tls, app);
guardConnections(auth, server, tls);
await auth.ready();
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
announceReady(server, async () => {
  server.close();
  await Promise.all([auth.close(), inventory.close(), orders.close()]);
});
