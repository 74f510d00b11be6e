/**
 * The configurations of docs/how-to/run-behind-a-proxy.md, as they stand there: what is proved is what the page says.
 * Only places and ports are replaced, and a text to replace that is not there is a mistake: then the page has changed.
 */
import { readFileSync } from 'node:fs';

const page = readFileSync(new URL('../../../docs/how-to/run-behind-a-proxy.md', import.meta.url), 'utf8');

/**
 * @param {string} heading of the section
 * @param {string} language of the block, the first in its section
 * @param {readonly (readonly [from: string, to: string])[]} replacements in order, each everywhere
 */
export function documented(heading, language, replacements) {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  let text = section.split(`\`\`\`${language}\n`)[1]?.split('```')[0] ?? '';
  if (text === '') throw new Error(`the page has no ${language} under ${heading}`);
  for (const [from, to] of replacements) {
    if (!text.includes(from)) throw new Error(`the ${language} under ${heading} does not say: ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}
