/**
 * The page of attacks says where each row is proved, and SECURITY.md where each promise is. This reads the tables, and
 * looks for what they cite: the case of the conformance suite, the file, and the title in that file.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from './files-under.mjs';

/**
 * @typedef {{ kind: 'case', id: string } | { kind: 'test', path: string, title: string | undefined }} Citation
 * @typedef {{ number: number, state: string, citations: readonly Citation[], line: number }} AttackRow
 */

export const attacksPage = 'docs/reference/attacks.md';
export const securityPage = 'SECURITY.md';
const casesFolder = 'packages/testing/src/conformance/cases';
/** How many rows the page has. */
const rowCount = 90;

/**
 * @param {string} page the text of a page
 * @returns {{ number: number, cells: string[], line: number }[]} rows of tables that begin with a number
 */
function numberedRows(page) {
  return page.split('\n').flatMap((text, index) => {
    const [, number = '', ...cells] = text.split('|').map((cell) => cell.trim());
    return /^\d+$/.test(number) ? [{ number: Number(number), cells, line: index + 1 }] : [];
  });
}

/**
 * @param {string} page the text of the page of attacks
 * @returns {AttackRow[]} its rows, as written
 */
export function attackRowsOf(page) {
  return numberedRows(page).map(({ number, cells: [, , state = '', where = ''], line }) => {
    return { number, state, citations: citationsOf(where), line };
  });
}

/**
 * `` `a-case` ``, or `` `path.test.ts` "one title", "another" ``.
 * @param {string} where
 * @returns {Citation[]}
 */
function citationsOf(where) {
  /** @type {Citation[]} */
  const citations = [];
  for (const [, name = '', quoted = ''] of where.matchAll(/`([^`]+)`((?:,? "[^"]+")*)/g)) {
    const titles = [...quoted.matchAll(/"([^"]+)"/g)].map(([, title]) => title);
    if (!/[/.]/.test(name)) citations.push({ kind: 'case', id: name });
    else if (titles.length === 0) citations.push({ kind: 'test', path: `packages/${name}`, title: undefined });
    else for (const title of titles) citations.push({ kind: 'test', path: `packages/${name}`, title });
  }
  return citations;
}

/**
 * The rows that each case of the suite says it proves.
 * @param {string} root
 * @returns {Map<string, readonly number[]>} case id → rows
 */
function casesUnder(root) {
  const cases = new Map();
  for (const path of filesUnder(root, casesFolder)) {
    const text = readFileSync(join(root, path), 'utf8');
    const id = /^ {2}id: '([^']+)',$/m.exec(text)?.[1];
    const attacks = /^ {2}attacks: \[([\d,\s]*)\],$/m.exec(text)?.[1] ?? '';
    if (id !== undefined) cases.set(id, (attacks.match(/\d+/g) ?? []).map(Number));
  }
  return cases;
}

/**
 * @param {string} root
 * @returns {string[]} one line per fault
 */
export function attackRowFaults(root) {
  const page = readFileSync(join(root, attacksPage), 'utf8');
  const rows = attackRowsOf(page);
  const cases = casesUnder(root);
  const faults = rows.flatMap((row) =>
    rowFaults(root, cases, row).map((fault) => `${attacksPage}:${row.line}: ${fault}`),
  );
  for (let number = 1; number <= rowCount; number += 1) {
    const found = rows.filter((row) => row.number === number).length;
    if (found !== 1) faults.push(`${attacksPage}: row ${number} stands ${found} times`);
  }
  const proved = rows.filter(({ state }) => state === 'proved').length;
  const told = `${proved} are proved and ${rows.length - proved} are open`;
  if (!page.includes(told)) faults.push(`${attacksPage}: does not say that ${told}`);
  for (const [id, numbers] of cases) {
    for (const number of numbers) {
      const cites = rows.some(
        (row) => row.number === number && row.citations.some((one) => one.kind === 'case' && one.id === id),
      );
      if (!cites) faults.push(`${attacksPage}: row ${number} does not cite the case ${id}, which proves it`);
    }
  }
  return faults;
}

/**
 * @param {string} root
 * @returns {string[]} one line per promise of SECURITY.md that nothing proves, and per file named there that is none
 */
export function promiseFaults(root) {
  const page = readFileSync(join(root, securityPage), 'utf8');
  const cases = casesUnder(root);
  const promises = numberedRows(page);
  const faults = promises.length === 0 ? ['there is no promise'] : [];
  for (const { number, cells } of promises) {
    const citations = citationsOf(cells[1] ?? '');
    if (citations.length === 0) faults.push(`promise ${number} is proved by nothing`);
    for (const one of citations) {
      if (one.kind === 'test')
        faults.push(...[testFault(root, one.path, one.title)].filter((fault) => fault !== undefined));
      else if (!cases.has(one.id)) faults.push(`there is no case ${one.id}`);
    }
  }
  for (const [, path = ''] of page.matchAll(/`([\w./-]+\/[\w.-]+\.ts)`/g)) {
    const places = [path, `packages/${path}`, `packages/core/src/${path}`];
    if (!places.some((place) => existsSync(join(root, place)))) faults.push(`${path} does not exist`);
  }
  return [...new Set(faults)].map((fault) => `${securityPage}: ${fault}`);
}

/**
 * @param {string} root
 * @param {ReadonlyMap<string, readonly number[]>} cases
 * @param {AttackRow} row
 */
function rowFaults(root, cases, { number, state, citations }) {
  const faults = [];
  if (state !== 'proved' && state !== 'open') faults.push(`row ${number} is neither proved nor open`);
  if (state === 'proved' && citations.length === 0) faults.push(`row ${number} is proved by nothing`);
  for (const citation of citations) {
    const fault =
      citation.kind === 'case' ? caseFault(cases, number, citation.id) : testFault(root, citation.path, citation.title);
    if (fault !== undefined) faults.push(fault);
  }
  return faults;
}

/**
 * @param {ReadonlyMap<string, readonly number[]>} cases
 * @param {number} number
 * @param {string} id
 */
function caseFault(cases, number, id) {
  const numbers = cases.get(id);
  if (numbers === undefined) return `there is no case ${id}`;
  return numbers.includes(number) ? undefined : `the case ${id} does not say that it proves row ${number}`;
}

/**
 * @param {string} root
 * @param {string} path
 * @param {string | undefined} title
 */
function testFault(root, path, title) {
  if (!path.endsWith('.test.ts')) return `${path} is no test`;
  if (!existsSync(join(root, path))) return `${path} does not exist`;
  if (title === undefined) return `${path} is cited without a title`;
  const text = readFileSync(join(root, path), 'utf8');
  // A title is a whole literal: words in a comment, or in a longer title, are none.
  const isTitle = [`'`, '`', '"'].some((quote) => text.includes(`${quote}${title}${quote}`));
  return isTitle ? undefined : `${path} has no title "${title}"`;
}
