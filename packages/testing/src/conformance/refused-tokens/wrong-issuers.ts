/** Attack rows 11 and 18: an issuer is a text of the list, and answers for its own tokens only. */
import type { ForgedRow, TokenForge } from './token-forge.ts';

/** The rows. */
export function wrongIssuers({ issuer, partner, attackerOrigin, claim }: TokenForge): readonly ForgedRow[] {
  const row = (name: string, iss: unknown): ForgedRow => [`iss: ${name}`, 'TOKEN_ISSUER_UNKNOWN', claim({ iss })];
  return [
    row('missing', undefined),
    row('null', null),
    row('a list of ours', [issuer]),
    row('an object', { href: issuer }),
    row('with a suffix', `${issuer}.evil.test`),
    row('with a slash', `${issuer}/`),
    row('in upper case', issuer.toUpperCase()),
    row('on http', issuer.replace('https:', 'http:')),
    row('with a user name', issuer.replace('//', '//user@')),
    row('the attacker', attackerOrigin),
    row('__proto__ as a text', '__proto__'),
    // The other issuer is trusted, its key has the same id, and still our key does not sign for it.
    ['iss: the other trusted issuer', 'TOKEN_SIGNATURE_INVALID', claim({ iss: partner.issuer })],
  ];
}
