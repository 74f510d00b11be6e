/**
 * The documentation compiles, runs and links. Every `ts` block is a module that type-checks against the built packages,
 * every `js` block parses, every block marked `run` is executed and must end with code 0, and every relative link and
 * anchor leads somewhere.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { blocksOf } from './doc-blocks.mjs';
import { deadLinks } from './doc-links.mjs';
import { filesUnder, packageNames } from './files-under.mjs';
import { linkedWorkspace } from './linked-workspace.mjs';

const here = fileURLToPath(new URL('..', import.meta.url));
const runLimitMs = 60_000;

/**
 * @param {string} root
 * @returns {string[]} the pages that are checked
 */
export function pagesOf(root) {
  const single = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'apps/README.md', 'bench/README.md'];
  const packages = packageNames(root).map((name) => `packages/${name}/README.md`);
  const docs = filesUnder(root, 'docs').filter((file) => file.endsWith('.md'));
  return [...single, ...packages, ...docs].filter((page) => existsSync(join(root, page)));
}

/**
 * @param {string} root
 * @returns {Promise<string[]>} one line per violation
 */
export async function checkDocs(root) {
  const pages = pagesOf(root);
  const faults = deadLinks(root, pages);
  for (const name of packageNames(root)) {
    if (!pages.includes(`packages/${name}/README.md`)) faults.push(`packages/${name}/README.md: is missing`);
  }
  const blocks = pages.flatMap((page) => blocksOf(page, readFileSync(join(root, page), 'utf8')));
  const folder = linkedWorkspace(root, 'docs');
  try {
    const files = writeBlocks(folder, blocks);
    faults.push(...compile(folder, files));
    const waiting = [...files].filter(([, block]) => block.run);
    // A few at a time: dozens of processes at once would only make each other miss their limit.
    const runNext = async () => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
        const fault = await execute(folder, one);
        if (fault !== undefined) faults.push(fault);
      }
    };
    await Promise.all(Array.from({ length: 2 * availableParallelism() }, runNext));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return faults;
}

/**
 * One folder per page, so that the blocks of a page can import one another by the names it gives them.
 * @param {string} folder
 * @param {readonly import('./doc-blocks.mjs').Block[]} blocks
 * @returns {Map<string, import('./doc-blocks.mjs').Block>} path below the folder → block
 */
function writeBlocks(folder, blocks) {
  const files = new Map();
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
  for (const block of blocks) {
    const name = block.fileName ?? `line-${block.line}.${block.language}`;
    const path = `src/${block.page.replace(/\.md$/, '').replaceAll('/', '-')}/${name}`;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), block.code);
    files.set(path, block);
  }
  return files;
}

/**
 * One run of the compiler for all blocks; it also writes the JavaScript that is executed.
 * @param {string} folder
 * @param {Map<string, import('./doc-blocks.mjs').Block>} files
 */
function compile(folder, files) {
  if (files.size === 0) return [];
  const options = { rootDir: 'src', outDir: 'out', noEmitOnError: false, allowJs: true, checkJs: false };
  const off = { composite: false, declaration: false, declarationMap: false, sourceMap: false, isolatedModules: false };
  const looser = { noUnusedLocals: false, noUnusedParameters: false, experimentalDecorators: true };
  const types = { types: ['node'], typeRoots: [join(here, 'node_modules/@types')] };
  const config = {
    extends: join(here, 'tsconfig.base.json'),
    compilerOptions: { ...options, ...off, ...looser, ...types, moduleDetection: 'force' },
    include: ['src'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(here, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status === 0) return [];
  const faults = stdout.split('\n').flatMap((line) => {
    const match = /^(src\/[^(]+)\((\d+),\d+\): (.*)$/.exec(line);
    const block = match === null ? undefined : files.get(match[1] ?? '');
    if (match === null) return line.startsWith('error') ? [`the documentation: ${line}`] : [];
    return block === undefined ? [line] : [`${block.page}:${block.line + Number(match[2]) - 1}: ${match[3]}`];
  });
  return faults.length > 0 ? faults : [`the documentation does not compile: ${stdout.trim()}`];
}

/**
 * @param {string} folder
 * @param {readonly [string, import('./doc-blocks.mjs').Block]} file
 * @returns {Promise<string | undefined>} what went wrong
 */
function execute(folder, [path, { page, line }]) {
  const output = join(folder, path.replace(/^src\//, 'out/').replace(/\.ts$/, '.js'));
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [output], {
      cwd: dirname(output),
      env: { ...process.env, NODE_ENV: 'test' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
    const timer = setTimeout(() => child.kill(), runLimitMs);
    child.on('close', (code) => {
      clearTimeout(timer);
      const tail = text.trim().split('\n').slice(-25).join('\n    ');
      resolve(code === 0 ? undefined : `${page}:${line}: the block ended with ${code ?? 'a time-out'}\n    ${tail}`);
    });
  });
}
