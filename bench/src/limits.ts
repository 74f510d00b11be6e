/** The limits: what cannot be left out, done by hand and as short as it can be. */
import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto';
import { audience, issuer, type Algorithm, type TokenSet } from './token-set.ts';

/** Judges a token: answers what it found, or throws, or rejects. */
export type Verify = (token: string) => unknown;

/** The key of a set, for `crypto.verify`. */
export function publicKeyOf({ jwk }: TokenSet): KeyObject {
  return createPublicKey({ key: jwk, format: 'jwk' });
}

/** A bare `crypto.verify`: 1.00. */
export function bareVerify(key: KeyObject, algorithm: Algorithm): (token: string) => boolean {
  const digest = algorithm === 'EdDSA' ? null : 'sha256';
  const how = algorithm === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' as const } : key;
  return (token) => {
    const dot = token.lastIndexOf('.');
    const signed = Buffer.from(token.slice(0, dot), 'latin1');
    return verify(digest, signed, how, Buffer.from(token.slice(dot + 1), 'base64url'));
  };
}

/** Verification, `JSON.parse` of header and payload, and four checks. */
export function verifyAndParse(set: TokenSet): Verify {
  const bare = bareVerify(publicKeyOf(set), set.algorithm);
  return (token) => {
    const [header = '', payload = ''] = token.split('.');
    const { typ } = JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as { typ: string };
    if (!bare(token)) throw new Error('the signature does not verify');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
    const now = Date.now() / 1000;
    const good =
      typ === 'at+jwt' && claims['iss'] === issuer && claims['aud'] === audience && (claims['exp'] as number) > now;
    if (!good) throw new Error('a claim is wrong');
    return claims;
  };
}

/** The same behind a Map that is keyed by the SHA-256 of the token. Unseen tokens pay for it and gain nothing. */
export function rememberingByDigest(set: TokenSet, entries: number): Verify {
  const verifyOnce = verifyAndParse(set);
  let known = new Map<string, unknown>();
  return (token) => {
    const key = hash('sha256', token, 'base64url');
    const found = known.get(key);
    if (found !== undefined) return found;
    const claims = verifyOnce(token);
    if (known.size >= entries) known = new Map();
    known.set(key, claims);
    return claims;
  };
}

/** A hit in a bare Map that is keyed by the token: 1.00 of the known tokens. */
export function bareMap(tokens: readonly string[]): Verify {
  const known = new Map(tokens.map((token) => [token, { token: true }]));
  return (token) => {
    const found = known.get(token);
    if (found === undefined) throw new Error('not known');
    return found;
  };
}

/** A hit in a Map that is keyed by the SHA-256 of the token. */
export function digestMap(tokens: readonly string[]): Verify {
  const known = new Map(tokens.map((token) => [hash('sha256', token, 'base64url'), { token: true }]));
  return (token) => {
    const found = known.get(hash('sha256', token, 'base64url'));
    if (found === undefined) throw new Error('not known');
    return found;
  };
}
