/** Attack rows 1, 2, 7, 20, 34: the header asks for another algorithm, for none, or for rules that nobody knows. */
import { createHmac, createPublicKey, sign } from 'node:crypto';
import type { ForgedRow, TokenForge } from './token-forge.ts';

const nothing = (): Buffer => Buffer.alloc(0);

/** RS→HS confusion and its like: our public key, in any text an implementation could take for a secret. */
function publicKeyTexts({ key }: TokenForge): readonly (readonly [string, Buffer])[] {
  const publicKey = createPublicKey(key.privateKey);
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return [
    ['PEM', Buffer.from(pem)],
    ['PEM without its last line break', Buffer.from(pem.trimEnd())],
    ['DER', publicKey.export({ type: 'spki', format: 'der' })],
    ['JWK', Buffer.from(JSON.stringify(key.publicJwk))],
    ['JWKS', Buffer.from(JSON.stringify({ keys: [key.publicJwk] }))],
  ];
}

/** The rows. */
export function wrongAlgorithms(forge: TokenForge): readonly ForgedRow[] {
  const { key, tricky, head, signedBy } = forge;
  const mac = (secret: Buffer, hash = 'sha256') => {
    return (signed: string): Buffer => createHmac(hash, secret).update(signed).digest();
  };
  const { keyId: unnamed } = tricky.withoutAlgorithm;
  const refused = 'TOKEN_ALGORITHM_REFUSED';
  // An empty last segment is no token to begin with; either reason is right.
  const noneAtAll = [refused, 'TOKEN_MALFORMED'] as const;
  return [
    ...['none', 'NONE', 'nOnE'].map((alg) => [`alg ${alg}`, noneAtAll, signedBy({ alg }, nothing)] as const),
    ['alg none with a good signature', refused, head({ alg: 'none' })],
    ...publicKeyTexts(forge).map(
      ([form, secret]) =>
        [`HS256 over our public key as ${form}`, refused, signedBy({ alg: 'HS256' }, mac(secret))] as const,
    ),
    ['HS512 over an empty secret', refused, signedBy({ alg: 'HS512' }, mac(Buffer.alloc(0), 'sha512'))],
    [
      'HS256 with a symmetric key of the JWKS',
      refused,
      signedBy({ alg: 'HS256', kid: 'symmetric' }, mac(tricky.symmetric)),
    ],
    ['another curve', refused, head({ alg: 'ES384' })],
    ['another family', refused, head({ alg: 'RS256' })],
    ['another family with PSS', refused, head({ alg: 'PS256' })],
    ['another family with EdDSA', refused, head({ alg: 'EdDSA' })],
    ['an algorithm in lower case', refused, head({ alg: 'es256' })],
    ['an algorithm that JavaScript objects have', refused, head({ alg: 'constructor' })],
    ['no algorithm', 'TOKEN_MALFORMED', head({ alg: undefined })],
    ['an algorithm that is a number', 'TOKEN_MALFORMED', head({ alg: 256 })],
    ['a list of algorithms', 'TOKEN_MALFORMED', head({ alg: ['ES256'] })],
    ['a key without alg, used with HS256', refused, signedBy({ alg: 'HS256', kid: unnamed }, mac(Buffer.from('x')))],
    ['a key without alg, used with ES384', refused, head({ alg: 'ES384', kid: unnamed }, tricky.withoutAlgorithm)],
    ['a key without alg, used with RS256', refused, head({ alg: 'RS256', kid: unnamed }, tricky.withoutAlgorithm)],
    [
      'RSA of 1,024 bits',
      'TOKEN_KEY_UNKNOWN',
      signedBy({ alg: 'RS256', kid: 'weak' }, (signed) => sign('sha256', Buffer.from(signed), tricky.weak)),
    ],
    ['an unknown critical extension', 'TOKEN_CRITICAL_UNSUPPORTED', head({ crit: ['x'], x: 1 })],
    ['an empty crit', 'TOKEN_CRITICAL_UNSUPPORTED', head({ crit: [] })],
    ['crit that names alg', 'TOKEN_CRITICAL_UNSUPPORTED', head({ crit: ['alg'] })],
    ['crit that names a claim', 'TOKEN_CRITICAL_UNSUPPORTED', head({ crit: ['exp'], exp: 1 })],
    ['crit twice the same', 'TOKEN_CRITICAL_UNSUPPORTED', head({ crit: ['b64', 'b64'], b64: true })],
    ['crit that is a text', 'TOKEN_CRITICAL_UNSUPPORTED', head({ crit: 'exp' })],
    ['b64 false', 'TOKEN_CRITICAL_UNSUPPORTED', head({ crit: ['b64'], b64: false })],
    ['b64 false without crit', 'TOKEN_CRITICAL_UNSUPPORTED', head({ b64: false })],
    ['the key of another algorithm, named', refused, head({ alg: 'Ed25519', kid: key.keyId })],
  ];
}
