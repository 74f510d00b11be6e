import { expect, test } from 'vitest';
import { reasons } from '../packages/core/src/index.ts';
import { staleIn } from './check-generated.mjs';
import { plant } from './planted-tree.test-kit.ts';
import { reasonsPage } from './reasons-page.mjs';

const pages = { 'docs/a.md': 'one\n', 'docs/b.json': '{}\n' };

test.each([
  ['both as generated', { ...pages }, []],
  ['one edited by hand', { ...pages, 'docs/a.md': 'One\n' }, ['docs/a.md']],
  ['one without its last line feed', { ...pages, 'docs/b.json': '{}' }, ['docs/b.json']],
  ['one missing', { 'docs/a.md': 'one\n' }, ['docs/b.json']],
])('%s', (_case, tree, stale) => {
  expect(staleIn(plant(tree), pages).map((fault) => fault.split(':')[0])).toEqual(stale);
});

test.each(Object.entries(reasons))('the page says everything about %s', (code, row) => {
  const section =
    reasonsPage(reasons)
      .split('\n## ')
      .find((text) => text.startsWith(`${code}\n`)) ?? '';
  for (const text of [row.meaning, row.fix, row.publicSentence, row.owner, `${row.status}`, row.oauthError ?? '']) {
    expect(section).toContain(text);
  }
});
