/**
 * JSON as a signature needs it: what two parsers could read differently is refused. Duplicate members (RFC 7515 §4
 * lets a reader choose, so an attacker could too), numbers that overflow, half a surrogate pair (RFC 8259 §8.2),
 * endless depth, and `__proto__`. Objects come without prototype, so that `claims.toString` is a claim or nothing.
 */

/** A JSON value. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object without prototype. */
export interface JsonObject {
  readonly [name: string]: JsonValue | undefined;
}

/** An object, or why the text is none. */
export type StrictJson =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly problem: string };

const maximumDepth = 16;
const quote = 34;
const backslash = 92;
const colon = 58;

/** Position of the quote that ends the string whose content begins at `index`. */
function endOfString(text: string, index: number): number {
  for (let end = text.indexOf('"', index); ; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
}

/** Counts members of text that is known to be JSON: its colons outside strings. Answers -1 when it is too deep. */
function countMembers(text: string): number {
  let members = 0;
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === quote) index = endOfString(text, index + 1);
    else if (code === colon) members += 1;
    else if (code === 123 || code === 91) {
      depth += 1;
      if (depth > maximumDepth) return -1;
    } else if (code === 125 || code === 93) depth -= 1;
  }
  return members;
}

class Refused extends Error {}

const half = /\p{Surrogate}/u;

/** Takes the prototypes away, in place, and counts the members that survived parsing. */
function strip(value: object): number {
  let members = 0;
  if (Array.isArray(value)) {
    for (const element of value) members += stripInside(element);
    return members;
  }
  Object.setPrototypeOf(value, null);
  // Without a prototype these are its own members, and no list of names is made.
  for (const name in value) {
    if (name === '__proto__') throw new Refused('has a member __proto__');
    members += 1 + stripInside((value as Readonly<Record<string, unknown>>)[name]);
  }
  return members;
}

function stripInside(value: unknown): number {
  if (typeof value === 'object') return value === null ? 0 : strip(value);
  if (value === Infinity || value === -Infinity) throw new Refused('has a number out of range');
  return 0;
}

/** Two halves of surrogate pairs that differ become the same character once they are written as UTF-8. */
function refuseHalves(value: JsonValue | undefined): void {
  if (typeof value === 'string' && half.test(value)) throw new Refused('has half a surrogate pair');
  if (typeof value !== 'object' || value === null) return;
  if (half.test(Object.keys(value).join(' '))) throw new Refused('has half a surrogate pair');
  for (const inner of Object.values(value)) refuseHalves(inner);
}

/** Reads the text of one JSON object. */
export function parseStrictJson(text: string): StrictJson {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return { ok: false, problem: 'is not an object' };
    }
    const members = countMembers(text);
    if (members === -1) return { ok: false, problem: `is nested deeper than ${maximumDepth}` };
    // JSON.parse keeps the last of two equal members, so a duplicate shows as a missing one.
    if (strip(value) !== members) return { ok: false, problem: 'has a duplicate member' };
    if (text.includes('\\u')) refuseHalves(value as JsonObject);
    return { ok: true, value: value as JsonObject };
  } catch (error) {
    return { ok: false, problem: error instanceof Refused ? error.message : 'is not JSON' };
  }
}
