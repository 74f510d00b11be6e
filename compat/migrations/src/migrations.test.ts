import { readFileSync } from 'node:fs';
import { accessToken, allow, createServiceAuth, memorySink, serviceAuth } from '@countersign/express';
import express from 'express';
import { beforeAll, describe, expect, test } from 'vitest';
import { measure, statusOf, type Measured } from './measure.test-kit.ts';
import { listen, migrations } from './migrations.test-kit.ts';
import { accepted, changeOf, pageOf, renderPage } from './page.test-kit.ts';
import { mintCorpus, trusted, type Remedy, type TokenCorpus } from './token-corpus.test-kit.ts';
import { sideOf, unifiedDiff } from './unified-diff.test-kit.ts';

describe.each(migrations)('the migration from $package', (migration) => {
  let corpus: TokenCorpus;
  let measured: readonly Measured[] = [];
  beforeAll(async () => {
    // Minted for each: tokens that differ by seconds must be shown within seconds.
    corpus = await mintCorpus();
    measured = await measure(migration, corpus);
  });
  const named = (wanted: (one: Measured) => boolean): readonly string[] =>
    measured.filter(wanted).map(({ row }) => row.name);

  test('keeps what works: a good token, the public route, and the refusals of strangers and of other scopes', async () => {
    const apps = [await migration.before(corpus.publicKey), await migration.after(corpus.publicKey, memorySink())];
    for (const { origin, close } of apps) {
      expect((await fetch(`${origin}/healthz`)).status).toBe(200);
      expect((await fetch(`${origin}/stock/42`)).status).toBe(401);
      const token = corpus.rows[0]?.token ?? '';
      const answer = await fetch(`${origin}/stock/42`, { headers: { authorization: `Bearer ${token}` } });
      expect(await answer.json()).toEqual({ sku: '42', askedBy: expect.stringMatching(/(^|#)orders$/) as string });
      await close();
    }
    expect(measured.find(({ row }) => row.name === 'the scope is another')).toMatchObject({ before: 403, after: 403 });
  });

  test('accepts nothing that was refused, but for the tolerance of clocks', () => {
    expect(named(({ before, after }) => !accepted(before) && accepted(after))).toEqual([
      '`exp` passed fifteen seconds ago',
      '`nbf` is fifteen seconds ahead',
    ]);
  });

  test('answers no token with a fault of its own, and gives a reason for each refusal', () => {
    expect(named(({ after }) => ![200, 400, 401, 403].includes(after))).toEqual([]);
    expect(named(({ after, reason }) => accepted(after) !== (reason === undefined))).toEqual([]);
  });

  test('is shown as a diff that turns one app into the other, with what was measured', async () => {
    const read = (side: string): string =>
      readFileSync(new URL(`./${migration.name}/${side}.ts`, import.meta.url), 'utf8');
    expect(sideOf(changeOf(migration), '-')).toBe(read('before'));
    expect(sideOf(changeOf(migration), '+')).toBe(read('after'));
    // When this fails the page is old: `npm test -- compat/migrations -u` writes it again.
    await expect(renderPage(migration, measured)).toMatchFileSnapshot(pageOf(migration));
  });
});

test('what the pages tell you to set accepts the token it stands beside, and without it the token is refused', async () => {
  const corpus = await mintCorpus();
  const statusWith = async (token: string, options: Remedy['options']): Promise<number> => {
    const { issuer, audience } = trusted;
    const auth = createServiceAuth({
      service: 'oauth:https://issuer.internal#inventory',
      audience,
      accept: [accessToken({ issuer, pem: { key: corpus.publicKey, keyId: '2026-11' }, ...options })],
      audit: memorySink(),
    });
    const app = express();
    app.use(serviceAuth(auth, { atLeast: { anyCaller: 'a test' } }));
    app.get('/stock/:sku', allow({ scope: 'inventory:read' }), (_request, response) => {
      response.json({});
    });
    const { origin, close } = await listen(app);
    const status = await statusOf(origin, token);
    await close();
    return status;
  };
  const found: unknown[] = [];
  for (const { name, token, remedy } of corpus.rows) {
    if (remedy !== undefined) found.push([name, await statusWith(token, {}), await statusWith(token, remedy.options)]);
  }
  expect(found.length).toBeGreaterThan(0);
  expect(found).toEqual(found.map((row) => [(row as readonly unknown[])[0], 401, 200]));
});

test.each([
  ['a line changed', 'a\nb\nc\n', 'a\nx\nc\n', ' a|-b|+x| c'],
  ['a line added', 'a\nc\n', 'a\nb\nc\n', ' a|+b| c'],
  ['a line removed', 'a\nb\nc\n', 'a\nc\n', ' a|-b| c'],
  ['a line added at the end', 'a\n', 'a\nb\n', ' a|+b'],
  ['nothing changed', 'a\n', 'a\n', ' a'],
  ['an empty line stays', 'a\n\nb\n', 'a\n\nc\n', ' a||-b|+c'],
])('a unified diff: %s', (_name, before, after, body) => {
  const diff = unifiedDiff(before, after);
  expect(diff.split('\n').slice(3).join('|')).toBe(body);
  const count = (text: string): number => text.split('\n').length - 1;
  expect(diff.split('\n')[2]).toBe(`@@ -1,${count(before)} +1,${count(after)} @@`);
  expect([sideOf(diff, '-'), sideOf(diff, '+')]).toEqual([before, after]);
});
