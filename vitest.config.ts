import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const conditions = ['@countersign/source', 'module', 'node', 'development|production'];
const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // Vite 8 transforms TypeScript with Oxc: the legacy decorators that NestJS uses must be switched on here.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  // Workspace packages resolve to their sources, so tests need no build and coverage counts src/.
  // The testing package is an alias: core's own tests use it, and a dependency entry would close a cycle.
  resolve: {
    conditions,
    alias: { '@countersign/testing': source('./packages/testing/src/index.ts') },
  },
  ssr: { resolve: { conditions, externalConditions: ['node'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'apps/*/src/**/*.test.ts',
      'compat/*/src/**/*.test.ts',
      'tools/**/*.test.ts',
    ],
    pool: 'threads',
    // The numbers at the end of .ci/run come from this file.
    reporters: ['default', ['json', { outputFile: '.results/vitest.json' }]],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'], reporter: ['text-summary', 'json-summary'] },
  },
});
