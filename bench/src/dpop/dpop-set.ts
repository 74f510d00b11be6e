/** Requests with DPoP: clients, each with a key and a token that is bound to it, and proofs that are all different. */
import { createHash, generateKeyPairSync, randomUUID, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { createTokenSigner, type Algorithm, type TokenSet } from '../token-set.ts';

export const method = 'GET';
export const origin = 'https://inventory.bench.internal';
export const target = '/stock/apple';
/** Oldest proof, in seconds: one run of a row must fit. */
export const maximumProofAgeSeconds = 300;

/** One request: what stands in its two header fields. */
export interface DpopRequest {
  readonly token: string;
  readonly proof: string;
}

/** Requests as plain data for a worker process. */
export interface DpopSet {
  /** Of the proofs. Tokens are signed with ES256. */
  readonly algorithm: Algorithm;
  /** The key of the issuer. */
  readonly issuerJwk: TokenSet['jwk'];
  readonly clients: readonly { readonly token: string; readonly jwk: JsonWebKey }[];
  /** Request by request, clients in turn. */
  readonly requests: readonly DpopRequest[];
}

function createKeyPair(algorithm: Algorithm): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  if (algorithm === 'RS256') return generateKeyPairSync('rsa', { modulusLength: 2048 });
  return algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
}

const encode = (members: object): string => Buffer.from(JSON.stringify(members)).toString('base64url');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** RFC 7638: the members that make the key, in the order of their names. */
export function thumbprintOf(jwk: JsonWebKey): string {
  const names =
    jwk.kty === 'RSA' ? ['e', 'kty', 'n'] : jwk.kty === 'EC' ? ['crv', 'kty', 'x', 'y'] : ['crv', 'kty', 'x'];
  return sha256(JSON.stringify(Object.fromEntries(names.map((name) => [name, jwk[name]]))));
}

/** Makes them. */
export function createDpopSet(algorithm: Algorithm, clientCount: number, requestCount: number): DpopSet {
  const issuer = createTokenSigner('ES256');
  const digest = algorithm === 'EdDSA' ? null : 'sha256';
  const clients = Array.from({ length: clientCount }, (_none, index) => {
    const { publicKey, privateKey } = createKeyPair(algorithm);
    const jwk = publicKey.export({ format: 'jwk' });
    const how = { key: privateKey, ...(algorithm === 'ES256' && { dsaEncoding: 'ieee-p1363' as const }) };
    const token = issuer.token(index, { cnf: { jkt: thumbprintOf(jwk) } });
    const header = encode({ typ: 'dpop+jwt', alg: algorithm, jwk });
    const prove = (): string => {
      const iat = Math.floor(Date.now() / 1000);
      const claims = { jti: randomUUID(), htm: method, htu: origin + target, iat, ath: sha256(token) };
      const signed = `${header}.${encode(claims)}`;
      return `${signed}.${sign(digest, Buffer.from(signed, 'latin1'), how).toString('base64url')}`;
    };
    return { token, jwk, prove };
  });
  const requests = Array.from({ length: requestCount }, (_none, index) => {
    const client = clients[index % clientCount];
    return { token: client?.token ?? '', proof: client?.prove() ?? '' };
  });
  return { algorithm, issuerJwk: issuer.jwk, clients: clients.map(({ token, jwk }) => ({ token, jwk })), requests };
}
