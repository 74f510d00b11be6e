import { describe, expect, test } from 'vitest';
import { checkDocs } from './check-docs.mjs';
import { anchorsOf, blocksOf, linksOf } from './doc-blocks.mjs';
import { deadLinks } from './doc-links.mjs';
import { plant } from './planted-tree.test-kit.ts';

const fence = '```';
const block = (info: string, code: string): string => `${fence}${info}\n${code}\n${fence}\n`;
const manifest = { 'package.json': '{}' };

describe('blocks', () => {
  test('good blocks compile, run, and import one another by the names the page gives them', async () => {
    const page = [
      block('ts run', `import assert from 'node:assert/strict';\nconst sum: number = 1 + 1;\nassert.equal(sum, 2);`),
      `\`lib.js\`:\n\n${block('js', 'export const one = 1;')}`,
      block('js run', `import { one } from './lib.js';\nif (one !== 1) process.exit(1);`),
      block('sh', 'this is no code'),
    ].join('\n');
    expect(await checkDocs(plant({ ...manifest, 'README.md': '# a', 'docs/a.md': page }))).toEqual([]);
  });

  test('every planted fault is found, at its line', async () => {
    const tree = {
      ...manifest,
      'README.md': `# a\n\n${block('ts', `export {};\nconst text: string = 1;`)}`,
      'SECURITY.md': block('ts', 'notDeclared();'),
      'docs/a.md': block('ts', `import { x } from '@countersign/none';\nx();`),
      'docs/b.md': `text\n\n${block('js run', `throw new Error('planted');`)}`,
      'docs/c.md': block('ts run', 'process.exit(3);'),
      'docs/d.md': `[a](b.md#none)`,
    };
    const faults = await checkDocs(plant(tree));
    const places = faults.map((fault) => /^[\w/.]+:\d+/.exec(fault)?.[0] ?? fault);
    expect(places).toHaveLength(6);
    expect(new Set(places)).toEqual(
      new Set(['README.md:5', 'SECURITY.md:2', 'docs/a.md:2', 'docs/b.md:4', 'docs/c.md:2', 'docs/d.md:1']),
    );
    expect(faults.join('\n')).toContain('Error: planted');
  });

  test.each(['ts', 'js'])('a %s block that does not parse is found', async (language) => {
    const faults = await checkDocs(plant({ ...manifest, 'docs/a.md': block(language, 'const = 1;') }));
    expect(faults[0]).toMatch(/^docs\/a\.md:2: error TS/);
  });

  test('a package without a README is a fault', async () => {
    const root = plant({ ...manifest, 'packages/core/package.json': '{ "name": "@countersign/core" }' });
    expect(await checkDocs(root)).toEqual(['packages/core/README.md: is missing']);
  });

  test('a fence is read with its indentation, its marks and its words', () => {
    const text = `1. item\n\n   ~~~ts run\n   a();\n     b();\n   ~~~\n\n\`\`\`\`js\n\`\`\`\n\`\`\`\`\n`;
    expect(blocksOf('x.md', text).map(({ language, run, code, line }) => [language, run, code, line])).toEqual([
      ['ts', true, 'a();\n  b();\n', 4],
      ['js', false, '```\n', 9],
    ]);
  });
});

describe('links', () => {
  const other = `# The Title\n\n## \`code\` & more\n\n## Same\n\n## Same\n\n<a id="own"></a>\n`;
  test.each([
    'docs/other.md',
    './docs/other.md#the-title',
    'docs/other.md#code--more',
    'docs/other.md#same-1',
    'docs/other.md#own',
    '#here',
    'docs',
    'https://example.org/none',
  ])('%s leads somewhere', (target) => {
    const root = plant({ 'README.md': `# Here\n[a](${target})`, 'docs/other.md': other });
    expect(deadLinks(root, ['README.md'])).toEqual([]);
  });

  test.each([
    'docs/none.md',
    'docs/other.md#none',
    'docs/other.md#same-2',
    'docs/other.md#The-Title',
    '#nowhere',
    '../outside.md',
    '/docs/other.md',
    'file:///etc/hostname',
  ])('%s does not', (target) => {
    const root = plant({ 'README.md': `# Here\n[a](${target})`, 'docs/other.md': other });
    expect(deadLinks(root, ['README.md'])).toEqual([expect.stringContaining(`README.md:2: ${target}`)]);
  });

  test('links in code are text; images and definitions are links', () => {
    const text = 'a `[x](no.md)`\n\n```\n[y](no.md)\n```\n\n![z](i.png) [`c`](c.md "title")\n\n[d]: d.md\n';
    expect(linksOf(text).map(({ target, line }) => `${line} ${target}`)).toEqual(['7 i.png', '7 c.md', '9 d.md']);
  });

  test('a heading in a code block is no anchor', () => {
    expect([...anchorsOf('# A\n\n```\n# B\n```\n')]).toEqual(['a']);
  });
});
