/**
 * The gateway: the first service of the demo, on Express. Users come in through the storefront, with a token that says
 * nothing by itself, so it asks the issuer. It calls inventory as itself, and orders and analytics for the user: with a
 * token that is exchanged for that of the user, never with that of the user.
 */
import { createServer } from 'node:https';
import { answerStatusOf, ServiceCallError, type ServiceClient } from '@countersign/client';
import { allow, callerOf, createServiceAuth, guardConnections, serviceAuth } from '@countersign/express';
import { announceReady, readWorkload } from '@countersign/trust-world-app/settings';
import { clientOf, delegateOf, serviceOptionsOf, tlsOptionsOf } from '@countersign/trust-world-app/workload';
import express, { type Request, type Response } from 'express';

const workload = await readWorkload();
const auth = createServiceAuth(serviceOptionsOf(workload));
const tls = tlsOptionsOf(workload);
const inventory = clientOf(workload, 'inventory', 'inventory:read');
const orders = delegateOf(workload, 'orders', { 'orders:write': ['checkout:write'] });
const reports = delegateOf(workload, 'analytics', { 'analytics:read': ['reports:read'] });
const newReports = delegateOf(workload, 'analytics', { 'analytics:write': ['reports:write'] });
const clients = [inventory, orders, reports, newReports];
const storefront = 'spiffe://demo.internal/storefront';

/** Passes a neighbour's answer on, without its headers; or, when there is none, why, in one word. */
async function relay(response: Response, answering: ReturnType<ServiceClient['fetch']>): Promise<void> {
  try {
    const answer = await answering;
    response.status(answer.status).json(await answer.json());
  } catch (error) {
    if (!(error instanceof ServiceCallError)) throw error;
    response.status(answerStatusOf(error)).json({ error: error.code });
  }
}

/** Posts JSON for the user of this request. */
function postFor(request: Request, client: ServiceClient, path: string): ReturnType<ServiceClient['fetch']> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(request.body);
  return client.fetch(path, { method: 'POST', headers, body, onBehalfOf: callerOf(request) });
}

const app = express();
app.disable('x-powered-by');
app.get('/healthz', (_request, response) => void response.json({ ok: true }));
app.use(serviceAuth(auth, { atLeast: { caller: 'spiffe://demo.internal/**', subject: 'required' } }));
app.use(express.json());
app.get('/catalog/:sku', allow({ caller: storefront, scope: 'catalog:read' }), async (request, response) => {
  await relay(response, inventory.fetch(`/stock/${encodeURIComponent(String(request.params['sku']))}`));
});
app.post('/checkout', allow({ caller: storefront, scope: 'checkout:write' }), async (request, response) => {
  await relay(response, postFor(request, orders, '/orders'));
});
app.get('/reports', allow({ caller: storefront, scope: 'reports:read' }), async (request, response) => {
  await relay(response, reports.fetch('/reports', { onBehalfOf: callerOf(request) }));
});
// A mistake, left in on purpose: users who may read get as far as a call that only those who may write can make.
app.post('/reports', allow({ caller: storefront, scope: 'reports:read' }), async (request, response) => {
  await relay(response, postFor(request, newReports, '/reports'));
});

const server = createServer(tls, app);
guardConnections(auth, server, tls);
await auth.ready();
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
announceReady(server, async () => {
  server.close();
  await Promise.all([auth.close(), ...clients.map((client) => client.close())]);
});
