/** URLs of an issuer record, by their text: what `new URL` would repair or hide is refused. */

// Visible ASCII without backslash, quotes and angle brackets: `new URL` reads a backslash as a slash.
const written = /^https?:\/\/[!\x23-;=\x3f-[\]-~]+$/;

/** What is wrong with a URL, if anything. */
export function urlProblem(text: unknown, mayBeHttp: boolean): string | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return 'is not a URL';
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(mayBeHttp && url.protocol === 'http:')) return 'is not an https URL';
  if (url.username !== '' || url.password !== '') return 'carries a user name or password';
  if (text.includes('#')) return 'has a fragment';
  return written.test(text) ? undefined : 'is not written as a plain URL';
}

/** Whether a text is an origin, to the letter, e.g. `https://keys.example`. */
export function isHttpsOrigin(text: unknown): boolean {
  return typeof text === 'string' && URL.canParse(text) && text.startsWith('https://') && new URL(text).origin === text;
}
