/** Scopes of a token (RFC 6749 §3.3): a bounded set, read from one space-separated text. */

/** An immutable set of scopes. */
export type ScopeSet = ReadonlySet<string>;

/** Most scopes a token may carry. */
export const maximumScopes = 256;

const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
const scopeTokens = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;

function refuseChange(): never {
  throw new TypeError('The scopes of a token cannot be changed.');
}

const fixed = { value: refuseChange, enumerable: false };

/** One set serves every request of a token, so a set that a handler adds to would widen the next caller. */
function immutable(scopes: Set<string>): ScopeSet {
  return Object.freeze(Object.defineProperties(scopes, { add: fixed, delete: fixed, clear: fixed }));
}

/** No scopes. */
export const noScopes: ScopeSet = immutable(new Set<string>());

/** The scopes of several sets. What is not made here could change later, so it is copied. */
export function unionOfScopes(sets: readonly ScopeSet[]): ScopeSet {
  const all = new Set(sets.flatMap((scopes) => [...scopes]));
  return all.size === 0 ? noScopes : immutable(all);
}

/** Whether a text is one scope token by the grammar. */
export function isScopeToken(text: string): boolean {
  return scopeToken.test(text);
}

const maximumRemembered = 256;
const longestRemembered = 512;

/** Sets by their text: the tokens of a client carry the same one again and again, and a set cannot change. */
let remembered = new Map<string, ScopeSet>();

/** Reads a scope claim. Answers undefined when it breaks the grammar or carries more than `maximumScopes`. */
export function parseScopes(text: string): ScopeSet | undefined {
  if (text === '') return noScopes;
  const known = remembered.get(text);
  if (known !== undefined) return known;
  // One look at the whole text: this runs for every token.
  if (!scopeTokens.test(text)) return undefined;
  const scopes = new Set(text.split(' '));
  if (scopes.size > maximumScopes) return undefined;
  const set = immutable(scopes);
  if (text.length > longestRemembered) return set;
  if (remembered.size >= maximumRemembered) remembered = new Map();
  remembered.set(text, set);
  return set;
}
