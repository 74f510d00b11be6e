/**
 * The gateway: the first service of the demo, on Express. Users come in through the storefront, with a token that says
 * nothing by itself, so it asks the issuer. It calls inventory as itself, and orders and analytics for the user: with a
 * token that is exchanged for that of the user, never with that of the user.
 */
import { createServer } from 'node:https';
import { allow, callerOf, createServiceAuth, guardConnections, serviceAuth } from '@countersign/express';
import { serviceClientOf, serviceClients, type ServiceClient } from '@countersign/express/client';
import { announceReady, readWorkload } from '@countersign/trust-world-app/settings';
import {
  clientOptionsOf,
  delegateOptionsOf,
  serviceOptionsOf,
  statusAfter,
  tlsOptionsOf,
} from '@countersign/trust-world-app/workload';
import express, { type Request, type Response } from 'express';
import { answerCallFaults } from './answer-call-faults.ts';

const workload = await readWorkload();
const auth = createServiceAuth(serviceOptionsOf(workload));
const tls = tlsOptionsOf(workload);
const storefront = 'spiffe://demo.internal/storefront';

/** Passes a neighbour's answer on, without its headers. */
async function relay(response: Response, answering: ReturnType<ServiceClient['fetch']>): Promise<void> {
  const answer = await answering;
  response.status(statusAfter(answer)).json(await answer.json());
}

/** Posts JSON for the user of this request. */
function postFor(request: Request, name: string, path: string): ReturnType<ServiceClient['fetch']> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(request.body);
  return serviceClientOf(request, name).fetch(path, { method: 'POST', headers, body, onBehalfOf: callerOf(request) });
}

const app = express();
app.disable('x-powered-by');
const clients = serviceClients(app, {
  inventory: clientOptionsOf(workload, 'inventory', 'inventory:read'),
  orders: delegateOptionsOf(workload, 'orders', { 'orders:write': ['checkout:write'] }),
  reports: delegateOptionsOf(workload, 'analytics', { 'analytics:read': ['reports:read'] }),
  newReports: delegateOptionsOf(workload, 'analytics', { 'analytics:write': ['reports:write'] }),
});
app.get('/healthz', (_request, response) => void response.json({ ok: true }));
app.use(serviceAuth(auth, { atLeast: { caller: 'spiffe://demo.internal/**', subject: 'required' } }));
app.use(express.json());
app.get('/catalog/:sku', allow({ caller: storefront, scope: 'catalog:read' }), async (request, response) => {
  const path = `/stock/${encodeURIComponent(String(request.params['sku']))}`;
  await relay(response, serviceClientOf(request, 'inventory').fetch(path));
});
app.post('/checkout', allow({ caller: storefront, scope: 'checkout:write' }), async (request, response) => {
  await relay(response, postFor(request, 'orders', '/orders'));
});
app.get('/reports', allow({ caller: storefront, scope: 'reports:read' }), async (request, response) => {
  await relay(response, serviceClientOf(request, 'reports').fetch('/reports', { onBehalfOf: callerOf(request) }));
});
// A mistake, left in on purpose: users who may read get as far as a call that only those who may write can make.
app.post('/reports', allow({ caller: storefront, scope: 'reports:read' }), async (request, response) => {
  await relay(response, postFor(request, 'newReports', '/reports'));
});
app.use(answerCallFaults);

const server = createServer(tls, app);
guardConnections(auth, server, tls);
await auth.ready();
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
announceReady(server, async () => {
  await new Promise((resolve) => server.close(resolve));
  await Promise.all([auth.close(), clients.close()]);
});
