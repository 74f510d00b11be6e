import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createTokenMinter } from '@countersign/testing';
import { describe, expect, it } from 'vitest';
import { directoryWith, run, type Run } from './cli.test-kit.ts';
import { cliVersion } from './version.ts';

describe('the program', () => {
  it('says its version, which is the one of the package', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect(cliVersion).toBe(manifest.version);
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${cliVersion}\n`, stderr: '' });
  });

  it.each([
    [['--help'], 'routes'],
    [['-h'], 'inspect'],
    [['inspect', '--help'], '--trust-domain'],
    [['routes', '-h'], 'module'],
  ])('answers %j on stdout with 0', async (args, word) => {
    const { code, stdout, stderr } = await run(args);
    expect(stdout).toContain(word);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it.each([[[]], [['nonsense']], [['--nonsense']], [['inspect', '--nonsense']], [['inspect', 'a', 'b']], [['routes']]])(
    'ends %j with 2, and says why on stderr only',
    async (args) => {
      const { code, stdout, stderr } = await run(args);
      expect(stdout).toBe('');
      expect(stderr).not.toBe('');
      expect(code).toBe(2);
    },
  );
});

interface Bundler {
  readonly build: (this: void, options: object) => Promise<unknown>;
}

/** Bundles the program as it stands in src/: the test needs no build, and sees no old one. */
async function bundledBin(): Promise<string> {
  const outDir = directoryWith({ 'package.json': '{"type":"module"}' });
  const vite = createRequire(createRequire(import.meta.url).resolve('vitest/package.json')).resolve('vite');
  const { build } = (await import(/* @vite-ignore */ pathToFileURL(vite).href)) as Bundler;
  await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('..', import.meta.url)),
    ssr: { noExternal: true, resolve: { conditions: ['@countersign/source', 'node'] } },
    build: { ssr: fileURLToPath(new URL('bin.ts', import.meta.url)), outDir, emptyOutDir: false, target: 'node20' },
  });
  return join(outDir, 'bin.js');
}

function runChild(args: readonly string[], stdin: string): Promise<Run> {
  return new Promise((resolve, reject) => {
    // Package managers set NODE_PATH for their scripts: then every package would be installed beside every module.
    const { NODE_PATH: _everything, ...env } = process.env;
    const child = spawn(process.execPath, args, { stdio: 'pipe', env });
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        text[name] += chunk;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, ...text }));
    child.stdin.end(stdin);
  });
}

describe('the program as a process', () => {
  it('reads stdin, writes stdout, and ends with the exit code, although the application holds it open', async () => {
    const bin = await bundledBin();
    const minter = await createTokenMinter({ issuer: 'https://issuer.test', audience: 'https://inventory.test' });
    const good = await runChild([bin, 'inspect', '--json'], await minter.mint());
    expect(JSON.parse(good.stdout)).toMatchObject({ kind: 'token', findings: [] });
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect((await runChild([bin, 'inspect'], await minter.mint({ claims: { jti: undefined } }))).code).toBe(1);
    expect((await runChild([bin, 'inspect'], '')).code).toBe(2);
    const directory = directoryWith({
      'node_modules/@countersign/express/index.js': 'exports.describeRoutes = () => [];',
      'app.cjs': `setInterval(() => {}, 1000);
        module.exports = Object.assign(() => {}, { handle() {}, use() {}, set() {} });`,
    });
    expect(await runChild([bin, 'routes', join(directory, 'app.cjs')], '')).toMatchObject({ code: 1, stderr: '' });
    const bare = directoryWith({ 'app.cjs': 'module.exports = { ready() {}, inject() {}, route() {} };' });
    const missing = await runChild([bin, 'routes', join(bare, 'app.cjs')], '');
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('npm install @countersign/fastify') });
  });
});
