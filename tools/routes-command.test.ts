/**
 * `countersign routes` beside the real adapters and the real frameworks, as it stands in the project of a user: each
 * application is a plain module, and the command is a process of its own. Our packages are bundled from src/, so the
 * test needs no build and sees no old one.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installedPackages } from './linked-workspace.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'countersign-routes-'));
const adapters = ['express', 'fastify', 'nestjs'] as const;

interface Bundler {
  readonly build: (this: void, options: object) => Promise<unknown>;
}

/** Bundles a module of ours with what it uses of ours. What it uses of others stays an import. */
async function bundle(entry: string, outDir: string): Promise<void> {
  const vite = createRequire(createRequire(import.meta.url).resolve('vitest/package.json')).resolve('vite');
  const { build } = (await import(/* @vite-ignore */ pathToFileURL(vite).href)) as Bundler;
  await build({
    configFile: false,
    logLevel: 'error',
    root,
    oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
    ssr: { noExternal: [/^@countersign\//], resolve: { conditions: ['@countersign/source', 'node'] } },
    build: {
      ssr: join(root, entry),
      outDir,
      emptyOutDir: false,
      target: 'node20',
      rolldownOptions: { external: /^(?!@countersign\/|@oxc-project\/)[@a-z]/ },
    },
  });
}

/** The head of every application: a service that accepts tokens of one issuer, whose keys it holds. */
const auth = `import { generateKeyPairSync } from 'node:crypto';
const jwks = { keys: [generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })] };
const auth = createServiceAuth({
  service: 'spiffe://prod.test/inventory',
  audience: 'https://inventory.test',
  accept: [accessToken({ issuer: 'https://issuer.test', jwks })],
  audit: { write: () => {} },
});`;

/** Three routes, which every framework lists alike. `extra` adds one that declares nothing; on Express, no wall stands. */
const applications: Readonly<Record<string, (extra: boolean) => string>> = {
  express: (extra) => `
import { accessToken, allow, createServiceAuth, serviceAuth } from '@countersign/express';
import express from 'express';
${auth}
export const app = express();
app.get('/healthz', (request, response) => response.end());
${extra ? '' : "app.use(serviceAuth(auth, { atLeast: { anyCaller: 'routes ask for more' } }));"}
app.get('/stock/:sku', allow({ scope: 'inventory:read' }), (request, response) => response.end());
app.post('/stock/:sku', allow({ caller: 'spiffe://prod.test/orders' }), (request, response) => response.end());`,
  fastify: (extra) => `
import { accessToken, createServiceAuth, serviceAuth } from '@countersign/fastify';
import Fastify from 'fastify';
${auth}
export default async () => {
  const app = Fastify();
  await app.register(serviceAuth, { auth });
  app.get('/healthz', { config: { public: 'liveness probe' } }, () => 'ok');
  app.get('/stock/:sku', { exposeHeadRoute: false, config: { allow: { scope: 'inventory:read' } } }, () => 'ok');
  app.post('/stock/:sku', { config: { allow: { caller: 'spiffe://prod.test/orders' } } }, () => 'ok');
  ${extra ? "app.get('/admin', () => 'ok');" : ''}
  return app;
};`,
  nestjs: (extra) => `
import 'reflect-metadata';
import { accessToken, Allow, createServiceAuth, Public, ServiceAuthModule } from '@countersign/nestjs';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
${auth}
class Inventory {
  live() {}
  read() {}
  write() {}
  list() {}
}
const declare = (name, ...decorators) => {
  const described = Object.getOwnPropertyDescriptor(Inventory.prototype, name);
  for (const decorate of decorators) decorate(Inventory.prototype, name, described);
};
declare('live', Get('healthz'), Public('liveness probe'));
declare('read', Get('stock/:sku'), Allow({ scope: 'inventory:read' }));
declare('write', Post('stock/:sku'), Allow({ caller: 'spiffe://prod.test/orders' }));
${extra ? "declare('list', Get('admin'));" : ''}
Controller()(Inventory);
class Application {}
Module({ imports: [ServiceAuthModule.forRoot({ auth })], controllers: [Inventory] })(Application);
export default NestFactory.create(Application, { logger: false, abortOnError: false });`,
};

beforeAll(async () => {
  for (const [name, target] of installedPackages(root)) {
    if (name.startsWith('@countersign/')) continue;
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(target, link, 'junction');
  }
  for (const name of adapters) {
    const home = join(folder, 'node_modules/@countersign', name);
    await bundle(`packages/${name}/src/index.ts`, home);
    writeFileSync(
      join(home, 'package.json'),
      JSON.stringify({ name: `@countersign/${name}`, type: 'module', exports: './index.js' }),
    );
    for (const extra of [false, true]) {
      writeFileSync(join(folder, `${name}-${extra ? 'open' : 'good'}.mjs`), applications[name]?.(extra) ?? '');
    }
  }
  await bundle('packages/cli/src/bin.ts', join(folder, 'cli'));
  writeFileSync(join(folder, 'cli/package.json'), '{"type":"module"}');
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function countersign(...args: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    // Package managers set NODE_PATH for their scripts: then every package would be installed beside every module.
    const { NODE_PATH: _everything, ...env } = process.env;
    const child = spawn(process.execPath, [join(folder, 'cli/bin.js'), ...args], { cwd: folder, env });
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        text[name] += chunk;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, ...text }));
  });
}

const routes = [
  { method: 'GET', path: '/healthz', access: 'public' },
  { method: 'GET', path: '/stock/:sku', access: 'requirement', requirement: { scope: 'inventory:read' } },
  { method: 'POST', path: '/stock/:sku', access: 'requirement', requirement: { caller: 'spiffe://prod.test/orders' } },
];

test.each(adapters)('the routes of a real application are listed: %s', async (name) => {
  const { code, stdout, stderr } = await countersign('routes', `${name}-good.mjs`, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const told = JSON.parse(stdout) as { readonly routes: readonly { readonly method: string }[] };
  expect({ ...told, routes: told.routes.filter(({ method }) => method !== 'HEAD') }).toMatchObject({
    declared: true,
    routes,
  });
  const text = await countersign('routes', `${name}-good.mjs`);
  expect(text.stdout).toMatch(/GET +\/stock\/:sku +requirement +scope inventory:read/);
  expect(text.code).toBe(0);
});

const findings = {
  express: /GET +\/healthz +UNDECLARED +the application has no serviceAuth/,
  fastify: /GET +\/admin/,
  nestjs: /Inventory\.list/,
} as const;

test.each(adapters)('a route that declares nothing is a finding: %s', async (name) => {
  const { code, stdout, stderr } = await countersign('routes', `${name}-open.mjs`);
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout).toContain('UNDECLARED');
  expect(stdout).toMatch(findings[name]);
});
