/**
 * SPIFFE IDs by grammar (SPIFFE-ID §2), never through `new URL`, which lower-cases hosts, drops `..` segments and
 * accepts ports and user names without a word.
 */

/** A parsed SPIFFE ID. */
export interface SpiffeId {
  /** Lower-case name of the trust domain. */
  readonly trustDomain: string;
  /** Path with its leading slash, or the empty text for the id of the trust domain itself. */
  readonly path: string;
  /** The whole id, as compared. */
  readonly text: string;
}

const maximumLength = 2048;
const grammar = /^spiffe:\/\/([a-z0-9._-]{1,255})((?:\/[A-Za-z0-9._-]+)*)$/;

/** Reads a SPIFFE ID. Answers the problem, as a phrase, when it is not one. */
export function parseSpiffeId(
  text: string,
): { readonly ok: true; readonly value: SpiffeId } | { readonly ok: false; readonly problem: string } {
  if (typeof text !== 'string') return { ok: false, problem: 'is not text' };
  // What the grammar takes is ASCII, so its characters are bytes.
  if (text.length > maximumLength) return { ok: false, problem: 'is longer than 2048 bytes' };
  const match = grammar.exec(text);
  if (match === null) return { ok: false, problem: 'breaks the SPIFFE ID grammar' };
  const [, trustDomain = '', path = ''] = match;
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) {
    return { ok: false, problem: 'has a dot segment' };
  }
  return { ok: true, value: { trustDomain, path, text } };
}
