import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { attackRowFaults, attackRowsOf, attacksPage, promiseFaults, securityPage } from './attack-rows.mjs';
import { plant, type Tree } from './planted-tree.test-kit.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Rows that have to be withstood, and those of them that a request cannot show. Row 32 waits for HMAC signatures, and
 * row 58 for the command doctor.
 */
const demanded = [[1, 31], [33, 57], [59, 69], [73], [76, 77], [81, 85], [88, 90]].flatMap(([from = 0, to = from]) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index),
);
const beforeAnyRequest = [3, 4, 6, 19];
/** What no request shows: how memory is keyed, how keys are fetched, what leaves this service. */
const behindTheRequest = [12, 35, 37, 39, 81];
/** What happens in the handshake, before any adapter. */
const beforeTheRequest = [43, 84];
/** Calls of kinds that only some adapters know. */
const otherCalls = [62];

test('the page has every row, and cites what exists', () => {
  expect(attackRowFaults(root)).toEqual([]);
});

test('what was demanded is proved, and by every adapter where a request can show it', () => {
  const rows = attackRowsOf(readFileSync(`${root}/${attacksPage}`, 'utf8')).filter(({ number }) =>
    demanded.includes(number),
  );
  expect(rows).toHaveLength(demanded.length);
  expect(rows.filter(({ state }) => state !== 'proved')).toEqual([]);
  const withoutCase = rows.filter(({ citations }) => !citations.some(({ kind }) => kind === 'case'));
  const expected = [...beforeAnyRequest, ...behindTheRequest, ...beforeTheRequest, ...otherCalls].toSorted(
    (a, b) => a - b,
  );
  expect(withoutCase.map(({ number }) => number)).toEqual(expected);
});

const good = { state: 'proved', where: '`a-case`, `core/src/a.test.ts` "a title", "a row"' };

/** A tree whose page has ninety rows, the first of which is as given. */
function planted(first: Partial<typeof good> = {}, more: Tree = {}): string {
  const { state, where } = { ...good, ...first };
  const rows = Array.from({ length: 89 }, (_, index) => `| ${index + 2} | an attack | | open | waits for something |`);
  const count = `${state === 'proved' ? 1 : 0} are proved and ${state === 'proved' ? 89 : 90} are open`;
  return plant({
    [attacksPage]: [count, '', '| # |', '| - |', `| 1 | an attack | is refused | ${state} | ${where} |`, ...rows].join(
      '\n',
    ),
    'packages/core/src/a.test.ts': "// words\ntest('a title', [['a row', 1]]);\ntest('longer than a title', f);\n",
    'packages/core/src/a.ts': "export const a = 'a title';\n",
    'packages/testing/src/conformance/cases/a-case.ts':
      "export const aCase = {\n  id: 'a-case',\n  attacks: [1],\n};\n",
    ...more,
  });
}

test('a page whose citations exist has no fault', () => {
  expect(attackRowFaults(planted())).toEqual([]);
});

const inCases = 'packages/testing/src/conformance/cases';
test.each<[string, string, Parameters<typeof planted>]>([
  [
    'a file that does not exist',
    'b.test.ts does not exist',
    [{ where: `${good.where}, \`core/src/b.test.ts\` "a title"` }],
  ],
  ['a file that is no test', 'a.ts is no test', [{ where: `${good.where}, \`core/src/a.ts\` "a title"` }]],
  ['a title that is not there', 'no title "another title"', [{ where: `${good.where}, "another title"` }]],
  ['the half of a title', 'no title "longer than"', [{ where: `${good.where}, "longer than"` }]],
  ['the words of a comment', 'no title "words"', [{ where: `${good.where}, "words"` }]],
  ['a file without a title', 'is cited without a title', [{ where: '`a-case`, `core/src/a.test.ts`' }]],
  ['a case that does not exist', 'there is no case b-case', [{ where: `${good.where}, \`b-case\`` }]],
  [
    'a case that says nothing of the row',
    'b-case does not say that it proves row 1',
    [{ where: `${good.where}, \`b-case\`` }, { [`${inCases}/b-case.ts`]: "  id: 'b-case',\n  attacks: [],\n" }],
  ],
  [
    'a case that the row does not cite',
    'row 2 does not cite the case b-case',
    [{}, { [`${inCases}/b-case.ts`]: "  id: 'b-case',\n  attacks: [2],\n" }],
  ],
  ['nothing', 'row 1 is proved by nothing', [{ where: 'somewhere' }, { [`${inCases}/a-case.ts`]: '' }]],
  ['a state that is none', 'row 1 is neither proved nor open', [{ state: 'done' }]],
])('%s is found', (_title, fault, [first, more]) => {
  const faults = attackRowFaults(planted(first, more));
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(fault);
});

test.each([
  ['is missing', (page: string) => page.replace('| 7 |', '| seven |'), ['row 7 stands 0 times', 'does not say that 1']],
  ['stands twice', (page: string) => page.replace('| 7 |', '| 8 |'), ['row 7 stands 0 times', 'row 8 stands 2 times']],
  [
    'is counted wrong',
    (page: string) => page.replace('89 are open', '88 are open'),
    ['does not say that 1 are proved'],
  ],
])('a row that %s is found', (_title, change, expected) => {
  const before = planted();
  const page = change(readFileSync(`${before}/${attacksPage}`, 'utf8'));
  const faults = attackRowFaults(planted({}, { [attacksPage]: page }));
  expect(faults).toHaveLength(expected.length);
  for (const [index, fault] of expected.entries()) expect(faults[index]).toContain(fault);
});

test('every promise of SECURITY.md is proved by what exists', () => {
  expect(promiseFaults(root)).toEqual([]);
});

test.each([
  ['a promise without proof', '| 1 | we promise | somewhere |', ['promise 1 is proved by nothing']],
  ['no promise', '- we promise', ['there is no promise']],
  ['a case that does not exist', '| 1 | we promise | `b-case` |', ['there is no case b-case']],
  ['a title that is not there', '| 1 | we promise | `core/src/a.test.ts` "b" |', ['a.test.ts has no title "b"']],
  [
    'a file that does not exist',
    '| 1 | we promise | `a-case` |\n\nAnswered by `token/b.ts` and `packages/core/src/a.ts`.',
    ['token/b.ts does not exist'],
  ],
  ['nothing', '| 1 | we promise | `a-case`, `core/src/a.test.ts` "a title" |', []],
])('%s is found in SECURITY.md', (_title, text, expected) => {
  const faults = promiseFaults(planted({}, { [securityPage]: text }));
  expect(faults).toHaveLength(expected.length);
  for (const [index, fault] of expected.entries()) expect(faults[index]).toContain(fault);
});
