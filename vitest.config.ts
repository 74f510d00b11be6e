import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';

const conditions = ['@countersign/source', 'module', 'node', 'development|production'];
const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * The adapter for NestJS is tested on the older major too. compat/nestjs-11 imports its sources as `#adapter/…`: they
 * are loaded a second time, under a mark, and what they import of NestJS is found from compat/nestjs-11.
 */
const mark = '?nestjs-11';
const oldNest: Plugin = {
  name: 'nestjs-11',
  enforce: 'pre',
  async resolveId(specifier, importer) {
    if (specifier.startsWith('#adapter/')) return source(`./packages/nestjs/src/${specifier.slice(9)}`) + mark;
    if (importer?.endsWith(mark) !== true) return null;
    if (/^(@nestjs\/|rxjs)/.test(specifier)) {
      return this.resolve(specifier, source('./compat/nestjs-11/package.json'), { skipSelf: true });
    }
    const found = await this.resolve(specifier, importer.slice(0, -mark.length), { skipSelf: true });
    return found?.id.startsWith(source('./packages/nestjs/src/')) === true ? found.id + mark : found;
  },
};

export default defineConfig({
  plugins: [oldNest],
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
    // Vitest leaves one core idle, which on two cores is half of the machine.
    maxWorkers: '100%',
    // The numbers at the end of .ci/run come from this file.
    reporters: ['default', ['json', { outputFile: '.results/vitest.json' }]],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'], reporter: ['text-summary', 'json-summary'] },
  },
});
