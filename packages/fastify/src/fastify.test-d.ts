/** What must not compile, and what must: tsc reads this file, nothing runs it. */
import fastify from 'fastify';
import { callerOf, describeRoutes, maybeCallerOf, resourceMetadata, serviceAuth } from './index.ts';
import type { Caller, ServiceAuth } from './index.ts';

declare const auth: ServiceAuth;
const app = fastify();

void app.register(serviceAuth, { auth });
void app.register(serviceAuth, { auth, corsPreflight: true });
void fastify({ http2: true }).register(serviceAuth, { auth });
void fastify({ http2: true }).register(resourceMetadata, { auth });
app.get('/healthz', { config: { public: 'liveness probe' } }, async () => 'ok');
app.get('/stock/:sku', { config: { allow: { scope: 'inventory:read' } } }, async (request) => {
  const caller: Caller = callerOf(request);
  // @ts-expect-error there may be none
  const maybe: string = maybeCallerOf(request).id;
  return { caller: caller.id, maybe };
});
fastify({ http2: true }).get('/', { config: { allow: { scope: 'a' } } }, async (request) => callerOf(request).id);
describeRoutes(app).map(({ path }) => path);

// @ts-expect-error the middleware of core is none of Fastify
void app.register(resourceMetadata(auth));
// @ts-expect-error a service is needed
void app.register(serviceAuth, {});
// @ts-expect-error misspelt
void app.register(serviceAuth, { auth, corsPreflights: true });
// @ts-expect-error preflights are a yes or a no
void app.register(serviceAuth, { auth, corsPreflight: 'yes' });
// @ts-expect-error a requirement asks for something
app.get('/a', { config: { allow: {} } }, async () => '');
// @ts-expect-error misspelt
app.get('/b', { config: { allow: { scopes: 'a' } } }, async () => '');
// @ts-expect-error every verified caller takes a reason
app.get('/d', { config: { allow: { anyCaller: true } } }, async () => '');
// @ts-expect-error a public route says why
app.get('/e', { config: { public: true } }, async () => '');
// @ts-expect-error a request, not a caller
callerOf({ id: 'spiffe://prod.example/orders' });
