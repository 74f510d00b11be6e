/** The URL of a bundle endpoint, and those it may redirect to: https without user name (SPIFFE Federation §5.2). */

/** As it is written: `new URL` would repair much of what is not. */
const written = /^https:\/\/[^\s#\\]+$/;

/** The problem of a URL, as a phrase. */
export function endpointUrlProblem(url: unknown): string | undefined {
  if (typeof url !== 'string' || !written.test(url) || !URL.canParse(url)) return 'is not an https URL';
  const { username, password } = new URL(url);
  return username === '' && password === '' ? undefined : 'carries a user name or password';
}
