/**
 * Enforces the layer rule (docs/explanation/architecture.md): levels inside core, who imports whom among packages, one
 * home for jose and for each framework, no reaching into another package, no cycles.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { filesUnder, isTest } from './files-under.mjs';
import { importsOf } from './imports-of.mjs';
import { coreFault, doorFault, packageFault, readLevels } from './layer-rules.mjs';

/**
 * @param {string} root
 * @returns {string[]} one line per violation
 */
export function checkLayers(root) {
  const levels = readLevels(readFileSync(join(root, 'docs/explanation/architecture.md'), 'utf8'));
  if (levels.size === 0) return ['docs/explanation/architecture.md: the table of levels was not found'];
  const faults = [];
  /** @type {Map<string, string[]>} */
  const graph = new Map();
  for (const file of ['packages', 'apps', 'bench', 'compat'].flatMap((area) => filesUnder(root, area))) {
    const place = placeOf(file);
    if (place === undefined) continue;
    const manifest = manifestOf(root, place);
    const edges = [];
    for (const found of importsOf(readFileSync(join(root, file), 'utf8'))) {
      const { specifier, line } = found;
      if (specifier.startsWith('.')) {
        const target = posix.join(posix.dirname(file), specifier);
        const fault = relativeFault(place, target, { levels, typeOnly: found.typeOnly });
        if (fault !== undefined) faults.push(`${file}:${line}: ${fault}`);
        // Types are erased: a cycle of types is no cycle at run time.
        if (!found.typeOnly) edges.push(target);
      } else {
        const fault = packageFault(place, found, manifest);
        if (fault !== undefined) faults.push(`${file}:${line}: ${fault}`);
      }
    }
    graph.set(file, edges);
  }
  return [...faults, ...cyclesIn(graph)];
}

/**
 * @param {string} file
 * @returns {import('./layer-rules.mjs').Place | undefined} undefined for what is no source
 */
function placeOf(file) {
  const match = /^(?:(packages|apps|compat)\/((?:observatory\/)?[^/]+)|(bench))\/src\/(.+\.ts)$/.exec(file);
  if (match === null) return undefined;
  return { file, area: match[1] ?? 'bench', unit: match[2] ?? 'bench', inside: match[4] ?? '', test: isTest(file) };
}

/**
 * @param {string} root
 * @param {import('./layer-rules.mjs').Place} place
 */
function manifestOf(root, { area, unit }) {
  const path = join(root, area === 'bench' ? 'bench' : `${area}/${unit}`, 'package.json');
  const manifest = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  return { declared: new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) };
}

/**
 * @param {import('./layer-rules.mjs').Place} place
 * @param {string} target path below the root
 * @param {{ levels: Map<string, number>, typeOnly: boolean }} given
 */
function relativeFault(place, target, given) {
  const home = place.area === 'bench' ? 'bench/src/' : `${place.area}/${place.unit}/src/`;
  if (place.test && sharedKits(place.area).test(target)) return undefined;
  if (!target.startsWith(home)) return `reaches out of its package, to ${target}`;
  if (!/\.(ts|json)$/.test(target)) return `imports ${target} without its ending .ts`;
  if (!place.test && isTest(target)) return `imports ${target}, a file of the tests`;
  if (place.area !== 'packages' || place.test) return undefined;
  const inside = target.slice(home.length);
  return place.unit === 'core' ? coreFault(place.inside, inside, given) : doorFault(place, inside);
}

/**
 * The test kits that tests of other packages may use: those of core serve the tests of all adapters, and compat/ runs
 * the tests of a package beside another major of its framework.
 * @param {string} area
 */
function sharedKits(area) {
  return area === 'compat' ? /^packages\/[^/]+\/src\/.+\.test-kit\.ts$/ : /^packages\/core\/src\/.+\.test-kit\.ts$/;
}

/**
 * Depth-first search; each cycle is told once, from its first file in the alphabet.
 * @param {Map<string, string[]>} graph
 */
function cyclesIn(graph) {
  const told = new Set();
  const done = new Set();
  /** @type {string[]} */
  const path = [];
  /** @param {string} file */
  const visit = (file) => {
    if (done.has(file)) return;
    const start = path.indexOf(file);
    if (start >= 0) {
      const ring = path.slice(start);
      const first = ring.indexOf([...ring].sort()[0] ?? '');
      told.add([...ring.slice(first), ...ring.slice(0, first + 1)].join(' -> '));
      return;
    }
    path.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return [...told].map((ring) => `a cycle: ${ring}`);
}
