/** The migrations: what is left behind, and the apps before and after, started on a socket of their own. */
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { AuditSink } from '@countersign/express';
import type { FastifyInstance } from 'fastify';
import { createApp as afterExpressJwt } from './express-jwt/after.ts';
import { createApp as beforeExpressJwt } from './express-jwt/before.ts';
import { createApp as afterBearer } from './express-oauth2-jwt-bearer/after.ts';
import { createApp as beforeBearer } from './express-oauth2-jwt-bearer/before.ts';
import { createApp as afterFastifyJwt } from './fastify-jwt/after.ts';
import { createApp as beforeFastifyJwt } from './fastify-jwt/before.ts';
import { createApp as afterPassport } from './passport-jwt/after.ts';
import { createApp as beforePassport } from './passport-jwt/before.ts';
import { stricterBearer, stricterExpressJwt, stricterFastifyJwt, stricterPassport } from './stricter-apps.test-kit.ts';

/** An app that listens. */
export interface RunningApp {
  readonly origin: string;
  readonly close: () => Promise<void>;
}

/** One migration. */
export interface Migration {
  /** Folder of the apps, and end of the name of the page. */
  readonly name: string;
  readonly package: string;
  /** The package that verifies tokens for it, when it is another one. */
  readonly verifiedBy: string;
  readonly before: (publicKey: string) => Promise<RunningApp>;
  /** Options of the package that refuse more than the app before does, and an app with them. */
  readonly stricter: { readonly written: string; readonly start: (publicKey: string) => Promise<RunningApp> };
  readonly after: (publicKey: string, audit: AuditSink) => Promise<RunningApp>;
}

/** Starts an Express application. */
export async function listen(app: RequestListener): Promise<RunningApp> {
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function listenFastify(app: FastifyInstance): Promise<RunningApp> {
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    origin,
    close: async () => {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

/** All of them. */
export const migrations: readonly Migration[] = [
  {
    name: 'express-jwt',
    package: 'express-jwt',
    verifiedBy: 'jsonwebtoken',
    before: (key) => listen(beforeExpressJwt(key)),
    stricter: { written: "`maxAge: '15m'`", start: (key) => listen(stricterExpressJwt(key)) },
    after: (key, audit) => listen(afterExpressJwt(key, audit)),
  },
  {
    name: 'express-oauth2-jwt-bearer',
    package: 'express-oauth2-jwt-bearer',
    verifiedBy: 'jose',
    before: (key) => listen(beforeBearer(key)),
    stricter: { written: '`strict: true`', start: (key) => listen(stricterBearer(key)) },
    after: (key, audit) => listen(afterBearer(key, audit)),
  },
  {
    name: 'passport-jwt',
    package: 'passport-jwt',
    verifiedBy: 'jsonwebtoken',
    before: (key) => listen(beforePassport(key)),
    stricter: { written: "`maxAge: '15m'`", start: (key) => listen(stricterPassport(key)) },
    after: (key, audit) => listen(afterPassport(key, audit)),
  },
  {
    name: 'fastify-jwt',
    package: '@fastify/jwt',
    verifiedBy: 'fast-jwt',
    before: async (key) => listenFastify(await beforeFastifyJwt(key)),
    stricter: {
      written: '`requiredClaims`, `checkTyp`, `maxAge`',
      start: async (key) => listenFastify(await stricterFastifyJwt(key)),
    },
    after: async (key, audit) => listenFastify(await afterFastifyJwt(key, audit)),
  },
];

/** The versions that are measured, in words: those installed. */
export function versionsOf(migration: Migration): string {
  const here = createRequire(import.meta.url);
  const inner = createRequire(here.resolve(migration.package));
  const versionOf = (path: string): string =>
    (JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }).version;
  const [outer, verifier] = [
    versionOf(here.resolve(`${migration.package}/package.json`)),
    versionOf(inner.resolve(`${migration.verifiedBy}/package.json`)),
  ];
  return `${migration.package} ${outer} (which verifies with ${migration.verifiedBy} ${verifier})`;
}
