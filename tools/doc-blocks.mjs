/** Reads Markdown for the checker of the documentation: code blocks, links and anchors. */

/**
 * @typedef {object} Block
 * @property {string} page path of the page
 * @property {number} line of the first line of code
 * @property {'ts' | 'js'} language
 * @property {boolean} run whether it is executed
 * @property {string | undefined} fileName when the line before ends in "`name.js`:"
 * @property {string} code
 */

/**
 * @param {string} page
 * @param {string} text
 * @returns {Block[]} the blocks marked `ts` or `js`, and what follows on the line of the fence
 */
export function blocksOf(page, text) {
  const blocks = [];
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const fence = /^(\s*)(`{3,}|~{3,})\s*(\S*)\s*(.*)$/.exec(lines[index] ?? '');
    if (fence === null) continue;
    const [, indent = '', mark = '```', info = '', rest = ''] = fence;
    const start = index + 1;
    while (index + 1 < lines.length && !(lines[index + 1] ?? '').trim().startsWith(mark)) index += 1;
    const code = lines.slice(start, index + 1).map((line) => line.slice(Math.min(indent.length, line.search(/\S|$/))));
    index += 1;
    const language = { ts: 'ts', typescript: 'ts', js: 'js', javascript: 'js' }[info];
    if (language === undefined) continue;
    const before = lines.slice(0, start - 1).findLast((line) => line.trim() !== '') ?? '';
    blocks.push({
      page,
      line: start + 1,
      language: /** @type {'ts' | 'js'} */ (language),
      run: rest.split(/\s+/).includes('run'),
      fileName: /`([\w.-]+\.(?:js|ts))`:$/.exec(before.trim())?.[1],
      code: `${code.join('\n')}\n`,
    });
  }
  return blocks;
}

/** Markdown without its code blocks and code spans, line by line. */
const prose = (/** @type {string} */ text) =>
  text
    .replace(/^(\s*)(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\s*\2[^\n]*$/gm, (block) => block.replace(/[^\n]/g, ''))
    .replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ''));

/**
 * @param {string} text
 * @returns {{ target: string, line: number }[]} where links and images point
 */
export function linksOf(text) {
  const found = [];
  for (const [index, line] of prose(text).split('\n').entries()) {
    const plain = line.replace(/(?<!\[)`[^`]*`(?!\])/g, '');
    for (const [, target = ''] of plain.matchAll(/\]\(\s*<?([^()\s<>]+(?:\([^()\s]*\))?)>?(?:\s+"[^"]*")?\s*\)/g)) {
      found.push({ target, line: index + 1 });
    }
    const definition = /^\s*\[[^\]]+\]:\s+(\S+)/.exec(plain);
    if (definition !== null) found.push({ target: definition[1] ?? '', line: index + 1 });
  }
  return found;
}

/**
 * The anchors of the headings, as GitHub makes them.
 * @param {string} text
 * @returns {Set<string>}
 */
export function anchorsOf(text) {
  const anchors = new Set();
  for (const [, heading = ''] of prose(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '');
    const slug = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  for (const [, id = ''] of text.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}
