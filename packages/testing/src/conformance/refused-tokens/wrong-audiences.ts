/** Attack rows 14 to 17 and 90: an audience is our text, alone, character by character. */
import type { ForgedRow, TokenForge } from './token-forge.ts';

/** The rows. */
export function wrongAudiences({ audience, claim }: TokenForge): readonly ForgedRow[] {
  const row = (name: string, aud: unknown): ForgedRow => [`aud: ${name}`, 'TOKEN_AUDIENCE_MISMATCH', claim({ aud })];
  return [
    row('missing', undefined),
    row('null', null),
    row('empty', ''),
    row('an empty list', []),
    row('a list of null', [null]),
    row('a list of nothing', ['']),
    row('true', true),
    row('a number', 1),
    row('an object', { 0: audience, length: 1 }),
    row('a list in a list', [[audience]]),
    row('ours beside other kinds', [audience, 5, {}]),
    row('ours beside an empty one', [audience, '']),
    row('ours with a suffix', `${audience}.evil.test`),
    row('ours with a slash', `${audience}/`),
    row('ours with a space', `${audience} `),
    row('the beginning of ours', audience.slice(0, -1)),
    row('ours in upper case', audience.toUpperCase()),
    row('ours on http', audience.replace('https:', 'http:')),
    row('a look-alike of ours', audience.replace('i', '\u0456')),
    row('ours and others in one text', `${audience} https://payments.test`),
    row('another', 'https://payments.test'),
    row('a list of another', ['https://payments.test']),
    row('many recipients, ours among them', [audience, 'https://payments.test', 'https://orders.test']),
    row('ours twice', [audience, audience]),
    row('more than a hundred', [audience, ...Array.from({ length: 150 }, (_, index) => `https://a${index}.test`)]),
  ];
}
