import { fileURLToPath, pathToFileURL } from 'node:url';
import type { RouteDeclaration } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { directoryWith, run } from '../cli.test-kit.ts';

/** An adapter that lists what the application carries: it stands where an application would find the real one. */
function adapter(name: string): Readonly<Record<string, string>> {
  const folder = `node_modules/@countersign/${name}`;
  return {
    [`${folder}/package.json`]: JSON.stringify({ name: `@countersign/${name}`, type: 'module', exports: './index.js' }),
    [`${folder}/index.js`]: 'export const describeRoutes = (app) => app.declared;',
  };
}

const declared: readonly RouteDeclaration[] = [
  { method: 'GET', path: '/healthz', access: 'public', reason: 'liveness probe' },
  {
    method: 'GET',
    path: '/stock/:sku',
    access: 'requirement',
    requirement: { caller: ['spiffe://prod.test/a', 'spiffe://prod.test/b'], tenant: { oneOf: ['acme'] } },
    also: [{ scope: 'inventory:read' }],
  },
  { method: 'POST', path: '/all', access: 'wall', requirement: { anyCaller: 'internal' } },
];
const undeclared: RouteDeclaration = {
  method: 'GET',
  path: '/admin',
  access: 'undeclared',
  reason: 'declares nothing',
};

const shapes = {
  express: 'Object.assign(() => {}, { handle() {}, use() {}, set() {}, declared })',
  fastify: '{ ready: async () => {}, inject() {}, route() {}, declared }',
  nestjs: '{ getHttpAdapter() {}, init: async () => {}, declared }',
} as const;

function project(code: string, routes: readonly RouteDeclaration[] = declared): string {
  return directoryWith({
    ...adapter('express'),
    ...adapter('fastify'),
    ...adapter('nestjs'),
    'package.json': '{"type":"module"}',
    'app.js': `const declared = ${JSON.stringify(routes)};\n${code}\n`,
  });
}

describe('listing routes', () => {
  const forms = Object.entries(shapes).flatMap(([name, shape]) => [
    [name, 'the default export', `export default ${shape};`],
    [name, 'app', `export const app = ${shape};`],
    [name, 'a promise', `export default Promise.resolve(${shape});`],
    [name, 'a function', `export default () => (${shape});`],
    [name, 'an asynchronous function', `export const app = async () => (${shape});`],
  ]);

  it.each(forms)('works for %s as %s', async (_name, _form, code) => {
    const { code: exit, stdout, stderr } = await run(['routes', 'app.js'], { directory: project(code ?? '') });
    expect(stderr).toBe('');
    expect(stdout).toContain('3 routes, 1 public, 0 undeclared.');
    expect(stdout).toMatch(
      /GET +\/stock\/:sku +requirement +caller spiffe:\/\/prod.test\/a spiffe:\/\/prod.test\/b, tenant one of acme; also scope inventory:read/,
    );
    expect(exit).toBe(0);
  });

  it('shows how a caller must be proven', async () => {
    const requirement = { scope: 'a', acr: ['gold', 'silver'], maxAgeSeconds: 60, senderConstrained: true } as const;
    const route: RouteDeclaration = { method: 'PUT', path: '/limits', access: 'requirement', requirement };
    const directory = project(`export default ${shapes.fastify};`, [route]);
    const { stdout } = await run(['routes', 'app.js'], { directory });
    expect(stdout).toContain('scope a, acr gold silver, maxAgeSeconds 60, senderConstrained');
  });

  it('ends with 1 when one route is undeclared, in text and in JSON', async () => {
    const directory = project(`export default ${shapes.fastify};`, [...declared, undeclared]);
    const text = await run(['routes', 'app.js'], { directory });
    expect(text.stdout).toMatch(/GET +\/admin +UNDECLARED +declares nothing/);
    expect(text.code).toBe(1);
    const json = await run(['routes', 'app.js', '--json'], { directory });
    expect(JSON.parse(json.stdout)).toEqual({
      framework: 'Fastify',
      declared: false,
      routes: [...declared, undeclared],
    });
    expect(json.code).toBe(1);
  });

  it('ends with 1 when no route is known: the wall may be missing', async () => {
    const { code, stdout } = await run(['routes', 'app.js'], {
      directory: project(`export default ${shapes.fastify};`, []),
    });
    expect(stdout).toContain('Is serviceAuth set up');
    expect(code).toBe(1);
  });

  const refusing = `Object.assign(new Error('x'), {
    name: 'ConfigurationError',
    faults: [{ code: 'CONFIG_ROUTE_UNDECLARED', option: 'AdminController.list', problem: 'declares nothing', fix: 'declare' }],
  })`;

  it('lists the routes of an application that does not start because they are undeclared', async () => {
    const failing = shapes.fastify.replace('async () => {}', `async () => { throw ${refusing}; }`);
    const directory = project(`export default ${failing};`, [undeclared]);
    const { code, stdout } = await run(['routes', 'app.js'], { directory });
    expect(stdout).toContain('UNDECLARED');
    expect(code).toBe(1);
  });

  it.each([
    ['a promise', `export default Promise.reject(${refusing});`],
    ['a function', `export default () => { throw ${refusing}; };`],
    ['the module itself', `throw ${refusing};`],
  ])('names the undeclared routes when %s is refused for them', async (_name, code) => {
    const directory = project(code);
    const text = await run(['routes', 'app.js'], { directory });
    expect(text.stdout).toMatch(/UNDECLARED +AdminController.list +declares nothing/);
    expect(text.code).toBe(1);
    const json = await run(['routes', 'app.js', '--json'], { directory });
    expect(JSON.parse(json.stdout)).toMatchObject({ declared: false, faults: [{ option: 'AdminController.list' }] });
    expect(json.code).toBe(1);
  });

  it.each([
    ['exports something else', 'export default 5;', 'exports no Express, Fastify or NestJS application'],
    ['exports a function that makes none', 'export default () => 5;', 'exports no Express'],
    ['exports a function that fails', `export default () => { throw new Error('no database'); };`, 'no database'],
    ['exports a promise that fails', `export default Promise.reject(new Error('no database'));`, 'no database'],
    ['does not load', `throw new Error('no settings');`, 'no settings'],
    [
      'has an application that does not start',
      `export default ${shapes.nestjs.replace('async () => {}', `async () => { throw new Error('no port'); }`)};`,
      'no port',
    ],
  ])('ends with 2 when the module %s', async (_name, code, problem) => {
    const { code: exit, stdout, stderr } = await run(['routes', 'app.js'], { directory: project(code) });
    expect(stderr).toContain(problem);
    expect(stdout).toBe('');
    expect(exit).toBe(2);
  });

  it('ends with 2 without a module, and with two', async () => {
    const directory = project(`export default ${shapes.express};`);
    expect((await run(['routes'], { directory })).code).toBe(2);
    expect((await run(['routes', 'app.js', 'app.js'], { directory })).code).toBe(2);
  });

  it('ends with 2 when the adapter cannot list', async () => {
    const directory = directoryWith({
      'node_modules/@countersign/express/index.js': 'exports.describeRoutes = () => { throw new Error("no module"); };',
      'node_modules/@countersign/fastify/index.js': '',
      'express.mjs': `const declared = [];\nexport default ${shapes.express};`,
      'fastify.mjs': `const declared = [];\nexport default ${shapes.fastify};`,
    });
    const failing = await run(['routes', 'express.mjs'], { directory });
    expect(failing.stderr).toContain('no module');
    expect(failing.code).toBe(2);
    const old = await run(['routes', 'fastify.mjs'], { directory });
    expect(old.stderr).toContain('install a version that exports describeRoutes');
    expect(old.code).toBe(2);
  });

  it('imports the module once, by its URL', async () => {
    const directory = project(`export default ${shapes.express};`);
    const seen: string[] = [];
    const importModule = (url: string): Promise<unknown> => {
      seen.push(url);
      return import(/* @vite-ignore */ url);
    };
    await run(['routes', './app.js'], { directory, importModule });
    expect(seen[0]).toBe(pathToFileURL(`${directory}/app.js`).href);
    expect(seen.slice(1).map((url) => fileURLToPath(url))).toEqual([
      expect.stringContaining('@countersign/express/index.js'),
    ]);
  });

  it('escapes what an application says of itself', async () => {
    const directory = project(`export default ${shapes.express};`, [{ ...undeclared, path: '/a\u001b[2J\nb' }]);
    const { stdout } = await run(['routes', 'app.js'], { directory });
    expect(stdout).toContain('/a\\u001b[2J\\u000ab');
  });
});
