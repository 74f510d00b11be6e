/** Attack rows 8 to 11: the token brings its key, says where to fetch it, or names one that is not ours. */
import type { ForgedRow, TokenForge } from './token-forge.ts';

/** The rows. */
export function foreignKeys(forge: TokenForge): readonly ForgedRow[] {
  const { key, attackerKey, attackerOrigin, head } = forge;
  const { publicJwk: jwk, keyId: ownId } = attackerKey;
  const x5c = [Buffer.from('not a certificate').toString('base64')];
  const invalid = 'TOKEN_SIGNATURE_INVALID';
  const unknown = 'TOKEN_KEY_UNKNOWN';
  /** Signed by the attacker, with a header that points at the attacker's key. */
  const pointing = (members: Readonly<Record<string, unknown>>): string => head(members, attackerKey);
  return [
    ['a key in the header', invalid, pointing({ jwk })],
    ['a key in the header, under its own id', unknown, pointing({ jwk, kid: ownId })],
    ['a key in the header, under our id', invalid, pointing({ jwk: { ...jwk, kid: key.keyId } })],
    ['a key in the header and no kid', unknown, pointing({ jwk, kid: undefined })],
    ['a certificate in the header', invalid, pointing({ x5c })],
    ['a JWKS of the attacker', invalid, pointing({ jku: `${attackerOrigin}/jwks` })],
    ['a JWKS of the attacker, under its own id', unknown, pointing({ jku: `${attackerOrigin}/jwks`, kid: ownId })],
    ['a JWKS of the attacker and no kid', unknown, pointing({ jku: `${attackerOrigin}/jwks`, kid: undefined })],
    ['a certificate of the attacker', invalid, pointing({ x5u: `${attackerOrigin}/x5u`, x5t: 'x' })],
    ['a JWKS at the metadata address of a cloud', unknown, pointing({ jku: 'http://169.254.169.254/', kid: ownId })],
    ['a JWKS in a file', unknown, pointing({ jku: 'file:///etc/passwd', kid: ownId })],
    ['a JWKS at the issuer', unknown, pointing({ jku: `${forge.issuer}/jwks`, kid: ownId })],
    ['kid: a path', unknown, head({ kid: '../../dev/null' })],
    ['kid: SQL', unknown, head({ kid: "' OR 1=1 --" })],
    ['kid: a URL of the attacker', unknown, head({ kid: `${attackerOrigin}/key` })],
    ['kid: our id with NUL', unknown, head({ kid: `${key.keyId}\0` })],
    ['kid: our id in upper case', unknown, head({ kid: key.keyId.toUpperCase() })],
    ['kid: our id with a delimiter', unknown, head({ kid: `${key.keyId}|${forge.issuer}` })],
    ['kid: __proto__ as a text', unknown, head({ kid: '__proto__' })],
    ['kid: constructor', unknown, head({ kid: 'constructor' })],
    ['kid: empty', unknown, head({ kid: '' })],
    ['kid: longer than 256 characters', 'TOKEN_MALFORMED', head({ kid: 'k'.repeat(257) })],
    ['kid: an object', 'TOKEN_MALFORMED', head({ kid: { toString: 'x' } })],
    ['kid: a list', 'TOKEN_MALFORMED', head({ kid: [key.keyId] })],
    ['kid: a number', 'TOKEN_MALFORMED', head({ kid: 1 })],
    ['no kid where several keys fit', unknown, head({ kid: undefined })],
    ['the key of another issuer under our key id', invalid, head({}, forge.partner.key)],
    ['a good key under our key id that nobody trusts', invalid, head({}, attackerKey)],
    ['the good key under the id of a key without alg', invalid, head({ kid: forge.tricky.withoutAlgorithm.keyId })],
  ];
}
