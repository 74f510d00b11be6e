/**
 * The text form of `X-Forwarded-Client-Cert` as Envoy writes it: elements after commas, pairs after semicolons, values
 * bare or in double quotes. Read character by character, because a Subject is full of commas. White space around
 * separators is refused: it is what is left of two header lines that somebody joined.
 */
import { accept, type Outcome } from '../../errors/outcome.ts';
import { malformed } from './malformed.ts';
import type { XfccPair } from './xfcc-element.ts';

const key = /([A-Za-z]{1,16})=/y;
/** A quote, a comma, a semicolon or an equals sign would have to be quoted. */
const bare = /[!#-+\--:<>-~]*/y;
/**
 * A backslash and what follows belong together, so that `\\"` ends the value: that is how RFC 2253 escapes, which is how
 * Envoy writes a Subject.
 */
const quoted = /"((?:[^"\\]|\\[^])*)"/y;

function take(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/** The pairs of each element. `limit` is how many elements there may be. */
export function readXfccText(text: string, limit: number): Outcome<readonly (readonly XfccPair[])[]> {
  const elements: XfccPair[][] = [[]];
  for (let at = 0; ; at += 1) {
    const name = take(key, text, at);
    if (name?.[1] === undefined) return malformed('xfcc.key', 'a key and an equals sign');
    at += name[0].length;
    const isQuoted = text[at] === '"';
    const value = take(isQuoted ? quoted : bare, text, at);
    if (value === undefined) return malformed('xfcc.quote', 'a closing quote');
    at += value[0].length;
    elements.at(-1)?.push([name[1], isQuoted ? (value[1] ?? '').replaceAll('\\"', '"') : value[0]]);
    const separator = text[at];
    if (separator === undefined) return accept(elements);
    if (separator === ',') elements.push([]);
    else if (separator !== ';') return malformed('xfcc.value', 'a comma, a semicolon or the end after a value');
    if (elements.length > limit) return malformed('xfcc', `at most ${limit} elements`);
  }
}
