import { describe, expect, test } from 'vitest';
import { majors, world } from './express.test-kit.ts';
import { allow, describeRoutes, serviceAuth, type RouteDeclaration } from './index.ts';

const atLeast = { caller: 'spiffe://prod.test/**' } as const;
const readers = { scope: 'inventory:read' } as const;
const writers = { scope: 'inventory:write' } as const;
const brief = ({ method, path, access }: RouteDeclaration) => `${method} ${path} ${access}`;

describe.each(majors)('describeRoutes on %s', (_name, express) => {
  const send = (_request: unknown, response: { send(body: string): unknown }) => void response.send('ok');

  test('tells for each route what guards it', () => {
    const app = express();
    app.get('/healthz', send);
    app.use(serviceAuth(world().auth, { atLeast }));
    app.get('/stock', send);
    app.get('/stock/:sku', allow(readers), send);
    app.post(['/stock', '/goods'], allow(readers), allow(writers), send);
    expect(describeRoutes(app)).toEqual([
      { method: 'GET', path: '/healthz', access: 'public', reason: 'mounted before serviceAuth, or outside it' },
      { method: 'GET', path: '/stock', access: 'wall', requirement: atLeast },
      { method: 'GET', path: '/stock/:sku', access: 'requirement', requirement: readers, also: [atLeast] },
      { method: 'POST', path: '/stock', access: 'requirement', requirement: writers, also: [atLeast, readers] },
      { method: 'POST', path: '/goods', access: 'requirement', requirement: writers, also: [atLeast, readers] },
    ]);
  });

  test('tells the methods of a route apart, and counts only guards before the handler', () => {
    const app = express();
    app.use(serviceAuth(world().auth, { atLeast }));
    app.route('/stock').all(allow(readers)).get(send).put(allow(writers), send);
    app.route('/late').get(send, allow(readers));
    app.all('/all', send);
    expect(describeRoutes(app).map(brief)).toEqual([
      'GET /stock requirement',
      'PUT /stock requirement',
      'GET /late wall',
      '* /all wall',
    ]);
    expect(describeRoutes(app)[1]).toMatchObject({ requirement: writers, also: [atLeast, readers] });
  });

  test('follows routers to their paths', () => {
    const app = express();
    const inner = express.Router();
    inner.get('/:sku', allow(readers), send);
    inner.get(/^\/x+$/, send);
    const outer = express.Router();
    outer.use('/stock', inner);
    app.use('/public', express.Router().get('/a', send));
    app.use(serviceAuth(world().auth, { atLeast }));
    app.use('/api/:tenant', outer);
    app.use(express.Router().get('/root', send));
    expect(describeRoutes(app).map(brief)).toEqual([
      'GET /public/a public',
      'GET /api/:tenant/stock/:sku requirement',
      `GET /api/:tenant/stock${String(/^\/x+$/)} wall`,
      'GET /root wall',
    ]);
  });

  test('promises a wall only where it stands', () => {
    const app = express();
    app.use('/admin', serviceAuth(world().auth, { atLeast }));
    app.use('/admin/deep', allow(readers));
    app.get('/admin/deep/:id', send);
    app.get('/admin/:id', send);
    app.get('/administration', send);
    app.get(/^\/admin/, send);
    expect(describeRoutes(app).map(brief)).toEqual([
      'GET /admin/deep/:id requirement',
      'GET /admin/:id wall',
      'GET /administration public',
      `GET ${String(/^\/admin/)} public`,
    ]);
  });

  test('shows a mounted application as one entry', () => {
    const app = express();
    app.use(serviceAuth(world().auth, { atLeast }));
    app.use('/child', express().get('/hidden', send) as never);
    expect(describeRoutes(app).map(brief)).toEqual(['* /child/… wall']);
  });

  test.each([
    ['no wall at all', false, 'the application has no serviceAuth: answers everybody'],
    ['an allow without a wall', true, 'allow without serviceAuth: always 500'],
  ])('calls a route undeclared with %s', (_title, narrow, reason) => {
    const app = express();
    if (narrow) app.get('/stock', allow(readers), send);
    else app.get('/stock', send);
    expect(describeRoutes(app)).toEqual([{ method: 'GET', path: '/stock', access: 'undeclared', reason }]);
  });

  test('lists nothing of an empty application', () => {
    expect(describeRoutes(express())).toEqual([]);
  });

  test('changes nothing about what is answered later', () => {
    const app = express();
    app.use(serviceAuth(world().auth, { atLeast }));
    app.get('/stock/:sku', allow(readers), send);
    expect(describeRoutes(app)).toEqual(describeRoutes(app));
  });
});
