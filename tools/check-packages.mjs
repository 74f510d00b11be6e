/**
 * What is published works for those who install it: tarballs are installed into fresh projects and loaded from ES
 * modules and from CommonJS, their types resolve, one adapter alone is enough, and a second version of core is caught.
 */
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cjsProbe, createConsumer, esmProbe, twoCoresProbe } from './consumer.mjs';
import { installedPackages } from './linked-workspace.mjs';
import { run } from './pnpm.mjs';
import { packAll, tarballFaults } from './tarball.mjs';

/** @typedef {import('./consumer.mjs').Shelf & { readonly root: string, readonly work: string }} Bench */

const adapters = ['express', 'fastify', 'nestjs'];

/**
 * @param {string} root
 * @returns {Promise<string[]>} one line per violation
 */
export async function checkPackages(root) {
  const work = mkdtempSync(join(realpathSync(tmpdir()), 'countersign-packages-'));
  try {
    const tarballs = await packAll(root, join(work, 'tarballs'));
    const ours = new Set(tarballs.map(({ name }) => name));
    const installed = new Map([...installedPackages(root)].filter(([name]) => !ours.has(name)));
    const faults = tarballs.flatMap(tarballFaults);
    const bench = { root, work, tarballs, installed };
    const here = adapters.filter((name) => ours.has(`@countersign/${name}`));
    const steps = [everything, twoCores, ...here.map((name) => (/** @type {Bench} */ one) => adapterAlone(one, name))];
    const results = await Promise.all(
      steps.map((step) => step(bench).catch((/** @type {Error} */ error) => [error.message])),
    );
    return [...faults, ...results.flat()];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Every package and every subpath, from both module systems, with types. @param {Bench} bench */
async function everything(bench) {
  const { work, root, tarballs, installed } = bench;
  const folder = join(work, 'everything');
  const types = [...installed.keys()].filter((name) => name.startsWith('@types/'));
  const peers = tarballs.flatMap(({ files }) => Object.keys(manifestOf(files).peerDependencies ?? {}));
  await createConsumer(folder, named(bench, [...tarballs.map(({ name }) => name), ...peers, ...types]), bench);
  const specifiers = tarballs.flatMap(({ name, files }) =>
    Object.keys(manifestOf(files).exports)
      .filter((path) => path !== './package.json')
      .map((path) => name + path.slice(1)),
  );
  const expected = JSON.stringify(Object.fromEntries(specifiers.map((specifier) => [specifier, []])));
  await Promise.all([
    probe(folder, ['esm.mjs', esmProbe], [expected]),
    probe(folder, ['cjs.cjs', cjsProbe], [expected]),
    typesResolve(root, folder, specifiers),
    ...tarballs.flatMap(({ files }) => binsOf(folder, manifestOf(files).bin)),
  ]);
  return [];
}

/**
 * Imports from both module systems, seen by the compiler as a user would run it.
 * @param {string} root
 * @param {string} folder
 * @param {readonly string[]} specifiers
 */
async function typesResolve(root, folder, specifiers) {
  const source = specifiers
    .map((one, index) => `import * as m${index} from '${one}';\nexport { m${index} };`)
    .join('\n');
  writeFileSync(join(folder, 'types.mts'), source);
  writeFileSync(join(folder, 'types.cts'), source);
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    strict: true,
    noEmit: true,
    // What a strict consumer sees: our declarations lead to nothing that he has not installed.
    skipLibCheck: false,
    types: ['node'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['types.*'] }));
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], { cwd: folder });
}

/**
 * An adapter and its framework, and nothing else: all names of core come from it.
 * @param {Bench} bench
 * @param {string} short
 */
async function adapterAlone(bench, short) {
  const name = `@countersign/${short}`;
  const folder = join(bench.work, `${short}-alone`);
  const { peerDependencies = {}, peerDependenciesMeta = {} } = manifestOf(filesOf(bench, name));
  const needed = Object.keys(peerDependencies).filter((peer) => peerDependenciesMeta[peer]?.optional !== true);
  await createConsumer(folder, named(bench, [name, ...needed]), bench);
  if (existsSync(join(folder, 'node_modules/@countersign/core'))) return [`${name}: core was installed beside it`];
  const core = await import(pathToFileURL(join(bench.root, 'packages/core/dist/index.js')).href);
  const expected = JSON.stringify({ [name]: Object.keys(core) });
  await Promise.all([
    probe(folder, ['esm.mjs', esmProbe], [expected]),
    probe(folder, ['cjs.cjs', cjsProbe], [expected]),
  ]);
  return [];
}

/** Two versions of core in one process are a start-up error. @param {Bench} bench */
async function twoCores(bench) {
  const folder = join(bench.work, 'two-cores');
  const other = join(bench.work, 'other-core');
  for (const [path, content] of filesOf(bench, '@countersign/core')) {
    const changed = /^(package\.json|dist\/runtime\/version\.js)$/.test(path);
    const { version } = manifestOf(filesOf(bench, '@countersign/core'));
    mkdirSync(join(other, path, '..'), { recursive: true });
    writeFileSync(join(other, path), changed ? String(content).replace(version, '999.0.0') : content);
  }
  const first = ['@countersign/express', 'express'];
  await createConsumer(folder, { ...named(bench, first), 'other-core': `file:${other}` }, bench);
  await probe(folder, ['two-cores.mjs', twoCoresProbe], ['@countersign/express', 'other-core']);
  return [];
}

/**
 * @param {string} folder
 * @param {readonly [file: string, source: string]} script
 * @param {readonly string[]} args
 */
function probe(folder, [file, source], args) {
  writeFileSync(join(folder, file), source);
  return run(process.execPath, [file, ...args], { cwd: folder });
}

/**
 * @param {string} folder
 * @param {Record<string, string>} bin
 */
const binsOf = (folder, bin = {}) =>
  Object.keys(bin).map((name) => run(join(folder, 'node_modules/.bin', name), ['--help'], { cwd: folder }));

/**
 * @param {Bench} bench
 * @param {readonly string[]} names
 * @returns {Record<string, string>}
 */
const named = ({ installed }, names) =>
  Object.fromEntries(names.map((name) => [name, installed.has(name) ? `link:${installed.get(name)}` : '*']));

const filesOf = (/** @type {Bench} */ { tarballs }, /** @type {string} */ name) => {
  const found = tarballs.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} was not packed`);
  return found.files;
};

const manifestOf = (/** @type {ReadonlyMap<string, Buffer>} */ files) => JSON.parse(String(files.get('package.json')));
