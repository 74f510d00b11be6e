/**
 * The JSON form of `X-Forwarded-Client-Cert` (Envoy, `format: JSON`): a list of flat objects, whose members are texts or
 * lists of texts. Only that is read, and each member is kept as it comes: an object with a member twice has a pair twice.
 * Certificates are PEM with line breaks, and a chain is a list of them: they are encoded here as they are in the text form.
 */
import { accept, type Outcome } from '../../errors/outcome.ts';
import { malformed } from './malformed.ts';
import type { XfccPair } from './xfcc-element.ts';

const space = /[ \t]*/y;
// RFC 8259 §7, without what a header cannot hold.
const string = /"(?:[ !#-[\]-~]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"/y;

/** Thrown inside, and turned into a refusal at the door of this file. */
class NotXfccJson extends Error {}

/** Walks over the text. */
class Reader {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Takes a mark if it stands here. */
  takes(mark: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    return true;
  }

  must(mark: string): void {
    if (!this.takes(mark)) throw new NotXfccJson();
  }

  text(): string {
    this.#skip();
    string.lastIndex = this.#at;
    const [found] = string.exec(this.#text) ?? [];
    if (found === undefined) throw new NotXfccJson();
    this.#at += found.length;
    return JSON.parse(found) as string;
  }

  /** What stands between two marks, after commas; perhaps nothing. */
  list(open: string, close: string, member: () => void): void {
    this.must(open);
    if (this.takes(close)) return;
    do member();
    while (this.takes(','));
    this.must(close);
  }

  end(): void {
    this.#skip();
    if (this.#at < this.#text.length) throw new NotXfccJson();
  }

  peeks(mark: string): boolean {
    this.#skip();
    return this.#text[this.#at] === mark;
  }

  #skip(): void {
    space.lastIndex = this.#at;
    this.#at += space.exec(this.#text)?.[0].length ?? 0;
  }
}

/** Percent-encodes what PEM has and a header has not. Whatever else is no visible ASCII is refused by who reads it. */
function encodedPem(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function read(text: string): readonly (readonly XfccPair[])[] {
  const reader = new Reader(text);
  const elements: XfccPair[][] = [];
  reader.list('[', ']', () => {
    const pairs: XfccPair[] = [];
    reader.list('{', '}', () => {
      const key = reader.text();
      reader.must(':');
      const values: string[] = [];
      if (reader.peeks('[')) reader.list('[', ']', () => void values.push(reader.text()));
      else values.push(reader.text());
      const lower = key.toLowerCase();
      if (lower === 'chain') pairs.push([key, encodedPem(values.join(''))]);
      else pairs.push(...values.map((value) => [key, lower === 'cert' ? encodedPem(value) : value] as const));
    });
    elements.push(pairs);
  });
  reader.end();
  return elements;
}

/** The pairs of each element. `limit` is how many elements there may be. */
export function readXfccJson(text: string, limit: number): Outcome<readonly (readonly XfccPair[])[]> {
  try {
    const elements = read(text);
    return elements.length > 0 && elements.length <= limit
      ? accept(elements)
      : malformed('xfcc', `one element or more, at most ${limit}`);
  } catch (error) {
    if (error instanceof NotXfccJson) return malformed('xfcc.json', 'a list of objects with texts and lists of texts');
    throw error;
  }
}
