/**
 * JSON as a signature needs it: what two parsers could read differently is refused. Duplicate members (RFC 7515 §4
 * lets a reader choose, so an attacker could too), numbers that overflow, endless depth, and `__proto__`.
 * Objects come without prototype, so that `claims.toString` is a claim or nothing.
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

/** Copies without prototypes, and counts the members that survived parsing. */
class Copy {
  members = 0;

  of(value: unknown): JsonValue {
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) throw new Refused('has a number out of range');
      return value;
    }
    if (typeof value !== 'object' || value === null) return value as JsonValue;
    if (Array.isArray(value)) return value.map((element) => this.of(element));
    const copy = Object.create(null) as Record<string, JsonValue>;
    for (const name of Object.keys(value)) {
      if (name === '__proto__') throw new Refused('has a member __proto__');
      copy[name] = this.of((value as Record<string, unknown>)[name]);
      this.members += 1;
    }
    return copy;
  }
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
    const copy = new Copy();
    const object = copy.of(value) as JsonObject;
    // JSON.parse keeps the last of two equal members, so a duplicate shows as a missing one.
    if (copy.members !== members) return { ok: false, problem: 'has a duplicate member' };
    return { ok: true, value: object };
  } catch (error) {
    return { ok: false, problem: error instanceof Refused ? error.message : 'is not JSON' };
  }
}
