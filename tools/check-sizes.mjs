/**
 * Keeps the house small: lines per file, lines per adapter, names of files, and the lint rules that hold `any` and the
 * number of parameters down.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder, isTest } from './files-under.mjs';
import { withoutComments } from './imports-of.mjs';

const fileWall = 300;
const adapterWall = 250;
/** Folders of an adapter that are counted by themselves: what it adds for outgoing calls, and for messages. */
const annexes = ['client', 'messages'];
const annexWall = 150;
const adapters = ['express', 'fastify', 'nestjs'];
const drawers = /^(utils?|helpers?|common|types?|misc|shared)$/;
/** `a-b.ts`, `a-b.test.ts`; NestJS files alone say their kind, as in `a-b.module.ts`. */
const kebab =
  /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|test-d|test-kit|config|module|guard|decorator|middleware|interceptor|controller|check|filter|service|provider|resolver|gateway))*\.(ts|mjs)$/;
const lintRules = ['typescript/no-explicit-any', 'max-params'];

/**
 * Lines with code on them: neither blank nor comment only.
 * @param {string} text
 */
export function codeLines(text) {
  return withoutComments(text)
    .split('\n')
    .filter((line) => line.trim() !== '').length;
}

/**
 * @param {string} root
 * @returns {string[]} one line per violation
 */
export function checkSizes(root) {
  const faults = [];
  const sources = ['packages', 'apps', 'bench', 'compat', 'tools', 'scripts']
    .flatMap((area) => filesUnder(root, area))
    .filter((file) => /\.(ts|mts|cts|tsx|js|mjs|cjs)$/.test(file));
  for (const file of sources) {
    const text = readFileSync(join(root, file), 'utf8');
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    if (lines > fileWall) faults.push(`${file}: ${lines} lines, the wall is ${fileWall}; split it by idea`);
    const name = file.slice(file.lastIndexOf('/') + 1);
    const drawer = file
      .split('/')
      .slice(2)
      .find((part) => drawers.test(part.replace(/\..*$/, '')));
    if (drawer !== undefined) faults.push(`${file}: "${drawer}" names no idea`);
    if (!kebab.test(name)) faults.push(`${file}: the name is not kebab-case`);
    const disabled = [...text.matchAll(/\/[/*] (?:oxlint|eslint)-disable[^\n]*/g)].map(([comment]) => comment);
    if (disabled.some((comment) => comment.includes('no-explicit-any'))) {
      faults.push(`${file}: switches off the rule against any`);
    }
    if (disabled.some((comment) => comment.includes('max-params') && !/ -- \S/.test(comment))) {
      faults.push(`${file}: takes more than three parameters without saying why (\`-- reason\`)`);
    }
  }
  for (const adapter of adapters) {
    const own = sources
      .filter((file) => file.startsWith(`packages/${adapter}/src/`) && !isTest(file))
      .filter((file) => !/\/src\/(index|client)\.ts$/.test(file));
    const sizeOf = (/** @type {string[]} */ files) =>
      files.reduce((sum, file) => sum + codeLines(readFileSync(join(root, file), 'utf8')), 0);
    const isIn = (/** @type {string} */ file, /** @type {string} */ annex) =>
      file.startsWith(`packages/${adapter}/src/${annex}/`);
    for (const annex of annexes) {
      const size = sizeOf(own.filter((file) => isIn(file, annex)));
      if (size > annexWall) {
        faults.push(`packages/${adapter}/src/${annex}: ${size} lines of code, it has at most ${annexWall}`);
      }
    }
    const size = sizeOf(own.filter((file) => !annexes.some((annex) => isIn(file, annex))));
    if (size > adapterWall) {
      faults.push(`packages/${adapter}: ${size} lines of code, an adapter has at most ${adapterWall}`);
    }
  }
  return [...faults, ...lintFaults(root)];
}

/** @param {string} root */
function lintFaults(root) {
  const { rules = {} } = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8'));
  return lintRules
    .filter((rule) => [rules[rule]].flat()[0] !== 'error')
    .map((rule) => `.oxlintrc.json: ${rule} must be "error"`);
}
