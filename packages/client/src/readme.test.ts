import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { callFaults } from './index.ts';
import { answerRules, faultRules } from './call/retry-rules.ts';

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

it('the README lists every rule of repeats, with its reason', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const listed = [...readme.matchAll(/^\| `(\w+)` +\| (any|idempotent) requests? +\| (.+?) +\| (.+?) +\|$/gm)];
  const expected = [...Object.entries(faultRules), ...Object.entries(answerRules)];
  expect(listed.map(([, ...row]) => row.join(' ')).toSorted()).toEqual(
    expected
      .map(([code, { repeats, pause, why }]) => {
        return `${code} ${repeats} ${pause === 'asked' ? '`Retry-After`' : 'random'} ${why}`;
      })
      .toSorted(),
  );
});
