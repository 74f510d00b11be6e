import { describe, expect, test } from 'vitest';
import { checkLayers } from './check-layers.mjs';
import { plant, type Tree } from './planted-tree.test-kit.ts';

const page = `
| Level | Folders | What they hold |
|---|---|---|
| 3 | \`policy/\` \`audit/\` \`token/\` | |
| 2 | \`signature/\` | |
| 1 | \`identity/\` | |
| 0 | \`errors/\` \`runtime/\` | |
`;
const manifest = (dependencies: object, peerDependencies: object = {}): string =>
  JSON.stringify({ dependencies, peerDependencies });

const sound: Tree = {
  'docs/explanation/architecture.md': page,
  'packages/core/package.json': manifest({ jose: '6' }),
  'packages/core/src/index.ts': `export * from './policy/decide.ts';`,
  'packages/core/src/errors/reason.ts': `export const reason = 1;`,
  'packages/core/src/runtime/clock.ts': `export const clock = 1;`,
  'packages/core/src/identity/caller.ts': `import { reason } from '../errors/reason.ts';\nexport const caller = reason;`,
  'packages/core/src/signature/jws.ts': `import { jwtVerify } from 'jose';\nexport const jws = jwtVerify;`,
  'packages/core/src/policy/decision.ts': `export interface Decision {}`,
  'packages/core/src/policy/decide.ts': `import { caller } from '../identity/caller.ts';\nexport const decide = caller;`,
  'packages/core/src/token/verify.ts': `import { jws } from '../signature/jws.ts';\nexport const verify = jws;`,
  'packages/core/src/audit/event.ts': `import type { Decision } from '../policy/decision.ts';\nexport type E = Decision;`,
  'packages/core/src/errors/reason.test.ts': `import { decide } from '../policy/decide.ts';\nimport { x } from '@countersign/testing';\nimport 'jose';\nexport { decide, x };`,
  'packages/express/package.json': manifest({ '@countersign/core': '*' }, { express: '5', '@countersign/client': '*' }),
  'packages/express/src/wall.ts': `import express from 'express';\nimport { reasons } from '@countersign/core';\nimport { createServer } from 'node:http';\nexport { createServer, express, reasons };`,
  'packages/express/src/wall.test.ts': `import { world } from '../../core/src/errors/reason.test-kit.ts';\nworld();`,
  'packages/express/src/client.ts': `export * from '@countersign/client';\nexport * from './client/x.ts';`,
  'packages/express/src/client/x.ts': `import '@countersign/client';`,
  'packages/client/package.json': manifest({ '@countersign/core': '*', oauth4webapi: '3' }),
  'packages/client/src/client.ts': `import * as oauth from 'oauth4webapi';\nexport { oauth };`,
  'packages/testing/package.json': manifest({ '@countersign/core': '*', jose: '6' }),
  'packages/testing/src/mint.ts': `import { SignJWT } from 'jose';\nexport { SignJWT };`,
  'compat/old/src/suite.test.ts': `import { suite } from '../../../packages/express/src/suite.test-kit.ts';\nsuite();`,
  'apps/shop/src/main.ts': `import express from 'express';\nimport '@countersign/express';\nimport { settings } from '@countersign/world/settings';\nexport { express, settings };`,
};

test('a sound tree has no fault', () => {
  expect(checkLayers(plant(sound))).toEqual([]);
});

describe('a planted violation is found, and nothing else', () => {
  test.each<[string, Tree, RegExp]>([
    [
      'a lower level imports a higher one',
      { 'packages/core/src/identity/x.ts': `import { jws } from '../signature/jws.ts';` },
      /identity\/x\.ts:1: identity\/ \(level 1\) imports signature\/ \(level 2\)/,
    ],
    [
      'a type of a higher level',
      { 'packages/core/src/identity/x.ts': `import type { Decision } from '../policy/decision.ts';` },
      /identity\/ \(level 1\) imports policy\/ \(level 3\)/,
    ],
    [
      'a sibling of one level',
      { 'packages/core/src/errors/x.ts': `\nexport { clock } from '../runtime/clock.ts';` },
      /errors\/x\.ts:2: errors\/ and runtime\/ are of one level/,
    ],
    [
      'audit uses a value of the decision',
      { 'packages/core/src/audit/x.ts': `import { d } from '../policy/decision.ts';` },
      /audit\/ and policy\/ are of one level/,
    ],
    [
      'audit uses a type of another file of policy',
      { 'packages/core/src/audit/x.ts': `import type { D } from '../policy/decide.ts';` },
      /audit\/ and policy\/ are of one level/,
    ],
    [
      'another folder uses the type of the decision',
      { 'packages/core/src/token/x.ts': `import type { Decision } from '../policy/decision.ts';` },
      /token\/ and policy\/ are of one level/,
    ],
    [
      'a folder that the table does not know',
      { 'packages/core/src/drawer/x.ts': `import { reason } from '../errors/reason.ts';` },
      /drawer\/ has no level/,
    ],
    [
      'a folder imports the door',
      { 'packages/core/src/token/x.ts': `import { decide } from '../index.ts';` },
      /imports index\.ts, the door/,
    ],
    [
      'a dynamic import upwards',
      { 'packages/core/src/errors/x.ts': `const late = () => import('../token/verify.ts');` },
      /errors\/ \(level 0\) imports token\/ \(level 3\)/,
    ],
    [
      'jose outside of signature/',
      { 'packages/core/src/token/x.ts': `import { jwtVerify } from 'jose';` },
      /imports jose, which only packages\/core\/src\/signature\/ may/,
    ],
    [
      'jose in an adapter that declares it',
      {
        'packages/express/package.json': manifest({
          '@countersign/core': '*',
          '@countersign/client': '*',
          jose: '6',
          express: '5',
        }),
        'packages/express/src/x.ts': `import 'jose';`,
      },
      /imports jose, which only/,
    ],
    [
      'a framework in the adapter of another',
      { 'packages/express/src/x.ts': `import fastify from 'fastify';` },
      /imports fastify, which only packages\/fastify\/ may/,
    ],
    [
      'a framework in core, as a type',
      { 'packages/core/src/runtime/x.ts': `import type { Request } from 'express';` },
      /imports express, which only packages\/express\/ may/,
    ],
    [
      'a package that is not declared',
      { 'packages/client/src/x.ts': `import 'undici';` },
      /imports undici, which its package\.json does not declare/,
    ],
    [
      'core imports a package of ours',
      { 'packages/core/src/runtime/x.ts': `import '@countersign/client';` },
      /core may import no package of ours/,
    ],
    [
      'core imports itself by name',
      { 'packages/core/src/runtime/x.ts': `import '@countersign/core';` },
      /imports its own package by name/,
    ],
    [
      'an adapter imports the client outside of client.ts and client/',
      { 'packages/express/src/clients/x.ts': `import '@countersign/client';` },
      /imports @countersign\/client; express may import core/,
    ],
    [
      'the index of an adapter passes on what is behind its door to the client',
      { 'packages/express/src/index.ts': `export * from './client/x.ts';` },
      /express\/src\/index\.ts:1: imports client\/x\.ts, which needs the optional peer/,
    ],
    [
      'an adapter imports a type from its door to the client',
      { 'packages/express/src/y.ts': `import type { Client } from './client.ts';` },
      /express\/src\/y\.ts:1: imports client\.ts, which needs the optional peer/,
    ],
    [
      'an adapter loads its folder client/ late',
      { 'packages/express/src/messages/y.ts': `const late = () => import('../client/x.ts');` },
      /messages\/y\.ts:1: imports client\/x\.ts, which needs the optional peer/,
    ],
    [
      'an adapter imports an adapter',
      { 'packages/express/src/x.ts': `import '@countersign/fastify';` },
      /imports @countersign\/fastify; express may import core/,
    ],
    [
      'a package reaches into another by path',
      { 'packages/express/src/x.ts': `import { jws } from '../../core/src/signature/jws.ts';` },
      /reaches out of its package, to packages\/core\/src\/signature\/jws\.ts/,
    ],
    [
      'a test reaches into another package by path',
      { 'packages/express/src/x.test.ts': `import { jws } from '../../core/src/signature/jws.ts';` },
      /x\.test\.ts:1: reaches out of its package/,
    ],
    [
      'a test reaches for the kit of a package above core',
      { 'packages/express/src/x.test.ts': `import { world } from '../../fastify/src/fastify.test-kit.ts';` },
      /x\.test\.ts:1: reaches out of its package/,
    ],
    [
      'code reaches for a kit of core',
      { 'packages/express/src/x.ts': `import { world } from '../../core/src/errors/reason.test-kit.ts';` },
      /x\.ts:1: reaches out of its package/,
    ],
    [
      'a test of compat reaches into the code of a package',
      { 'compat/old/src/x.test.ts': `import { jws } from '../../../packages/core/src/signature/jws.ts';` },
      /compat\/old\/src\/x\.test\.ts:1: reaches out of its package/,
    ],
    [
      'a package reaches into another by name',
      { 'apps/shop/src/x.ts': `import '@countersign/core/dist/signature/jws.js';` },
      /imports @countersign\/core\/dist\/signature\/jws\.js; use what the package exports/,
    ],
    [
      'code imports a file of the tests',
      {
        'packages/core/src/errors/a.test-kit.ts': `export const kit = 1;`,
        'packages/core/src/errors/x.ts': `import { kit } from './a.test-kit.ts';`,
      },
      /imports packages\/core\/src\/errors\/a\.test-kit\.ts, a file of the tests/,
    ],
    [
      'an import without its ending',
      { 'packages/core/src/token/x.ts': `import { verify } from './verify';` },
      /without its ending \.ts/,
    ],
    [
      'a cycle of three',
      {
        'packages/core/src/token/a.ts': `import './b.ts';`,
        'packages/core/src/token/b.ts': `import './c.ts';`,
        'packages/core/src/token/c.ts': `import './a.ts';`,
      },
      /^a cycle: packages\/core\/src\/token\/a\.ts -> .*b\.ts -> .*c\.ts -> packages\/core\/src\/token\/a\.ts$/,
    ],
  ])('%s', (_case, violation, fault) => {
    const faults = checkLayers(plant({ ...sound, ...violation }));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(fault);
  });
});

describe('what only looks like an import is none', () => {
  test.each([
    ['a comment', `// import '../token/verify.ts';\n/* import '../token/verify.ts'; */`],
    ['a template', 'export const sample = `\nimport "../token/verify.ts";\n`;'],
    ['a cycle of types', `import type { y } from './y.ts';\nexport const x = 1;`],
  ])('%s', (_case, text) => {
    const y = `import { x } from './x.ts';\nexport const y = x;`;
    const faults = checkLayers(
      plant({ ...sound, 'packages/core/src/errors/x.ts': text, 'packages/core/src/errors/y.ts': y }),
    );
    expect(faults).toEqual([]);
  });
});

test('a page without the table is a fault, not a pass', () => {
  expect(checkLayers(plant({ ...sound, 'docs/explanation/architecture.md': '# How it is built' }))).toHaveLength(1);
});
