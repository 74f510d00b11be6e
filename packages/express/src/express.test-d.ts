/** What must not compile, and what must: tsc reads this file, nothing runs it. */
import express from 'express';
import { allow, callerOf, maybeCallerOf, resourceMetadata, serviceAuth } from './index.ts';
import type { Caller, ServiceAuth } from './index.ts';

declare const auth: ServiceAuth;
const app = express();

app.use(resourceMetadata(auth));
app.use(serviceAuth(auth, { atLeast: { caller: 'spiffe://prod.example/**' } }));
app.use('/api', serviceAuth(auth, { atLeast: { anyCaller: 'one private CA' }, corsPreflight: true }));
app.get('/stock/:sku', allow({ scope: 'inventory:read' }), (request, response) => {
  const sku: string = request.params.sku;
  const caller: Caller = callerOf(request);
  // @ts-expect-error there may be none
  const maybe: string = maybeCallerOf(request).id;
  response.json({ sku, caller: caller.id, maybe });
});
express.Router().use(allow({ caller: ['spiffe://prod.example/a', 'spiffe://prod.example/b'] }));

// @ts-expect-error the wall says what it asks for
serviceAuth(auth);
// @ts-expect-error the wall says what it asks for
serviceAuth(auth, {});
// @ts-expect-error a requirement asks for something
serviceAuth(auth, { atLeast: {} });
// @ts-expect-error every verified caller takes a reason
serviceAuth(auth, { atLeast: { anyCaller: true } });
// @ts-expect-error misspelt
serviceAuth(auth, { atleast: { caller: 'spiffe://prod.example/**' } });
// @ts-expect-error preflights are a yes or a no
serviceAuth(auth, { atLeast: { scope: 'a' }, corsPreflight: 'yes' });
// @ts-expect-error a requirement asks for something
allow({});
// @ts-expect-error optional alone asks for nothing
allow({ optional: true });
// @ts-expect-error misspelt
allow({ scopes: 'inventory:read' });
// @ts-expect-error a request, not a caller
callerOf({ id: 'spiffe://prod.example/orders' });
