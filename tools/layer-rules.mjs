/**
 * The layer rule as data and small functions. The levels inside core are read from the table in
 * docs/explanation/architecture.md, so the page and the check cannot differ.
 */
import { isBuiltin } from 'node:module';

/**
 * @typedef {import('./imports-of.mjs').Import} Import
 * @typedef {object} Place where an import stands
 * @property {string} file path below the root
 * @property {string} area `packages`, `apps`, `bench`, …
 * @property {string} unit the package or app
 * @property {string} inside path below the `src` of the unit
 * @property {boolean} test
 */

/** Which workspace packages a package may import. Packages that are not named here may import core. */
const mayImport = new Map([
  ['core', []],
  ['cli', ['core', 'client', 'testing']],
]);
const adapters = new Set(['express', 'fastify', 'nestjs']);

/** Outside packages with one home: the pattern, and where the import may stand. */
const homes = [
  { name: /^jose$/, home: 'packages/core/src/signature/', also: ['packages/testing/'] },
  { name: /^(express|express4)$/, home: 'packages/express/', also: [] },
  { name: /^(fastify|@fastify\/.+|fastify-.+)$/, home: 'packages/fastify/', also: [] },
  { name: /^(@nestjs\/.+|rxjs)$/, home: 'packages/nestjs/', also: [] },
  { name: /^oauth4webapi$/, home: 'packages/client/', also: [] },
  { name: /^(redis|redis5|@redis\/.+)$/, home: 'packages/redis/', also: [] },
  { name: /^oidc-provider$/, home: 'packages/testing/', also: [] },
];

/** `a/b` of `@s/a/b/c`, `a` of `a/b`. */
export const packageOf = (/** @type {string} */ specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/**
 * @param {string} page the text of architecture.md
 * @returns {Map<string, number>} folder of core → level
 */
export function readLevels(page) {
  const levels = new Map();
  for (const [, level, folders] of page.matchAll(/^\|\s*(\d+)\s*\|([^|]+)\|/gm)) {
    for (const [, folder] of (folders ?? '').matchAll(/`([a-z-]+)\/`/g)) levels.set(folder, Number(level));
  }
  return levels;
}

/**
 * The rule inside core: lower levels only, no siblings; audit may use the types of a policy's decision.
 * @param {string} from path below packages/core/src
 * @param {string} to path below packages/core/src
 * @param {{ levels: Map<string, number>, typeOnly: boolean }} given
 */
export function coreFault(from, to, { levels, typeOnly }) {
  const [here = '', ...rest] = from.split('/');
  if (rest.length === 0) return undefined;
  const [there = '', ...deeper] = to.split('/');
  if (deeper.length === 0) return `imports ${to}, the door; import the file itself`;
  if (here === there) return undefined;
  const own = levels.get(here);
  const other = levels.get(there);
  if (own === undefined || other === undefined) {
    return `${own === undefined ? here : there}/ has no level in docs/explanation/architecture.md`;
  }
  if (here === 'audit' && to === 'policy/decision.ts' && typeOnly) return undefined;
  if (other === own) return `${here}/ and ${there}/ are of one level (${own}); move what both need below them`;
  if (other > own) return `${here}/ (level ${own}) imports ${there}/ (level ${other}); imports point downwards`;
  return undefined;
}

/** Whether a path below the `src` of an adapter is behind its door `/client`, where the optional peer is. */
const isBehindDoor = (/** @type {string} */ inside) => inside === 'client.ts' || inside.startsWith('client/');

/**
 * The rule inside adapters: nothing in front of the door `/client` imports what is behind it, not even a type. Whoever
 * has not installed the optional peer could not load, or not compile, the adapter.
 * @param {Place} place
 * @param {string} to path below the `src` of the same package
 */
export function doorFault({ unit, inside }, to) {
  if (!adapters.has(unit) || isBehindDoor(inside) || !isBehindDoor(to)) return undefined;
  return `imports ${to}, which needs the optional peer @countersign/client; only client.ts and client/ may`;
}

/**
 * The rules for imports of packages, ours and others'.
 * @param {Place} place
 * @param {Import} found
 * @param {{ declared: ReadonlySet<string> }} manifest names the package.json declares for use at run time
 */
export function packageFault(place, { specifier }, { declared }) {
  const name = packageOf(specifier);
  if (name.startsWith('@countersign/')) {
    if (/\/(src|dist)(\/|$)/.test(specifier)) return `imports ${specifier}; use what the package exports`;
    if (place.area !== 'packages' || place.test) return undefined;
    const short = name.slice('@countersign/'.length);
    if (short === place.unit) return `imports its own package by name; use a relative path`;
    const allowed = mayImport.get(place.unit) ?? ['core'];
    const isDoor = adapters.has(place.unit) && isBehindDoor(place.inside) && short === 'client';
    if (!isDoor && !allowed.includes(short)) return `imports ${name}; ${place.unit} may import ${list(allowed)}`;
  }
  if (place.area !== 'packages' || place.test || isBuiltin(specifier)) return undefined;
  for (const { name: pattern, home, also } of homes) {
    if (pattern.test(name) && ![home, ...also].some((one) => place.file.startsWith(one))) {
      return `imports ${name}, which only ${home} may`;
    }
  }
  if (!declared.has(name)) return `imports ${name}, which its package.json does not declare`;
  return undefined;
}

const list = (/** @type {readonly string[]} */ names) => (names.length === 0 ? 'no package of ours' : names.join(', '));
