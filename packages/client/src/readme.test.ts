import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { callFaults } from './index.ts';

it('the README lists every code of the table, with its meaning', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const listed = [...readme.matchAll(/^\| `([A-Z_]+)` +\| (never|maybe) +\| (\d{3}) +\| (.+?) +\|$/gm)].map(
    ([, ...row]) => row,
  );
  expect(listed).toEqual(
    Object.entries(callFaults).map(([code, { requestSent, answerStatus, meaning }]) => [
      code,
      requestSent,
      String(answerStatus),
      meaning,
    ]),
  );
  for (const { fix } of Object.values(callFaults)) expect(fix).toMatch(/\.$/);
});
