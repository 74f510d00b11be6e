/**
 * The page of attacks says where each row is proved. This reads the page, and looks for what it cites: the case of the
 * conformance suite, the file, and the title in that file.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from './files-under.mjs';

/**
 * @typedef {{ kind: 'case', id: string } | { kind: 'test', path: string, title: string | undefined }} Citation
 * @typedef {{ number: number, state: string, citations: readonly Citation[], line: number }} AttackRow
 */

export const attacksPage = 'docs/reference/attacks.md';
const casesFolder = 'packages/testing/src/conformance/cases';
/** How many rows the page has. */
const rowCount = 90;

/**
 * @param {string} page the text of the page
 * @returns {AttackRow[]} its rows, as written
 */
export function attackRowsOf(page) {
  const rows = [];
  for (const [index, text] of page.split('\n').entries()) {
    const cells = text.split('|').map((cell) => cell.trim());
    const [, number = '', , , state = '', where = ''] = cells;
    if (!/^\d+$/.test(number)) continue;
    rows.push({ number: Number(number), state, citations: citationsOf(where), line: index + 1 });
  }
  return rows;
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
