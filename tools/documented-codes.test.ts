/** The tables of codes in the documentation say what the code says: each code once, and no other. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');

/** The members of a union of texts. */
function unionIn(source: string, name: string): string[] {
  const union = new RegExp(`export type ${name} =([^;]+);`).exec(source)?.[1] ?? '';
  return [...union.matchAll(/'([A-Z_]+)'/g)].map(([, code = '']) => code).toSorted();
}

/** The codes in the first column of the table below a heading. */
function tableIn(page: string, heading: string): string[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code = '']) => code).toSorted();
}

const core = 'packages/core/src';
test.each([
  ['ConfigurationCode', `${core}/errors/configuration-error.ts`, 'configuration', 'Codes of configuration faults'],
  ['NoticeCode', `${core}/runtime/notice.ts`, 'notices', 'Of a service'],
  ['ClientNoticeCode', 'packages/client/src/fault/client-notice.ts', 'notices', 'Of a client'],
])('the table of %s has every code', (name, source, page, heading) => {
  const codes = unionIn(read(source), name);
  expect(codes.length).toBeGreaterThan(3);
  expect(tableIn(read(`docs/reference/${page}.md`), heading)).toEqual(codes);
});

test('a code that is missing, made up or doubled in a table is seen', () => {
  const source = "export type Code = 'A_A' | 'B_B';";
  expect(unionIn(source, 'Code')).toEqual(['A_A', 'B_B']);
  const page = (...codes: string[]): string => `## Codes\n\n${codes.map((code) => `| \`${code}\` | x |`).join('\n')}\n`;
  expect(tableIn(page('B_B', 'A_A'), 'Codes')).toEqual(['A_A', 'B_B']);
  for (const wrong of [['A_A'], ['A_A', 'B_B', 'C_C'], ['A_A', 'A_A', 'B_B']]) {
    expect(tableIn(page(...wrong), 'Codes')).not.toEqual(unionIn(source, 'Code'));
  }
});
