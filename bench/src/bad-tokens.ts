/**
 * Tokens that Countersign refuses, each wrong in one thing. Every row of the tables is given all of them, and the count
 * of those it accepts says which checks it does not make: a row that checks less is no comparison.
 */
import { createHmac } from 'node:crypto';
import { audience, goodClaims, type TokenSigner } from './token-set.ts';

/** A token that should not be accepted. */
export interface BadToken {
  readonly name: string;
  readonly token: string;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const none = undefined;

/** Sets a bit of the last character that decoding ignores. RS256 and EdDSA or ES256 signatures all leave some. */
function withUnusedBit(token: string): string {
  const last = alphabet.indexOf(token.at(-1) ?? 'A');
  return token.slice(0, -1) + (alphabet[last ^ 1] ?? 'A');
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function claimFaults(): readonly (readonly [string, Record<string, unknown>])[] {
  const now = Math.floor(Date.now() / 1000);
  return [
    ['expired', { exp: now - 3_000, iat: now - 3_800, nbf: none }],
    ['not yet valid (nbf)', { nbf: now + 600 }],
    ['issued in the future (iat)', { iat: now + 600, nbf: none }],
    ['no exp', { exp: none }],
    ['exp is a text', { exp: String(now + 800) }],
    ['exp in milliseconds', { exp: (now + 800) * 1000 }],
    ['lives for 30 days', { exp: now + 2_592_000 }],
    ['no iat', { iat: none }],
    ['no jti', { jti: none }],
    ['no sub', { sub: none }],
    ['sub is a number', { sub: 7 }],
    ['no client_id', { client_id: none }],
    ['client_id is a list', { client_id: ['client-1'] }],
    ['no iss', { iss: none }],
    ['another iss', { iss: 'https://issuer.bench.internal/' }],
    ['no aud', { aud: none }],
    ['another aud', { aud: `${audience}/` }],
    ['several audiences', { aud: [audience, 'https://orders.bench.internal'] }],
    ['an audience that is no text', { aud: [audience, 7] }],
    ['scope is a list', { scope: ['inventory:read'] }],
    ['bound to a certificate', { cnf: { 'x5t#S256': 'A'.repeat(43) } }],
    ['bound by an unknown method', { cnf: { other: 'A' } }],
    ['act is a text', { act: 'admin' }],
  ];
}

const headerFaults: readonly (readonly [string, Record<string, unknown>])[] = [
  ['typ is JWT', { typ: 'JWT' }],
  ['no typ', { typ: none }],
  ['an unknown critical extension', { crit: ['exp'], exp: 1 }],
  ['b64 is false', { b64: false }],
  ['an unknown kid', { kid: 'another' }],
  ['kid is a number', { kid: 7 }],
];

function textFaults(signer: TokenSigner): readonly BadToken[] {
  const header = JSON.stringify({ alg: signer.algorithm, kid: signer.jwk.kid, typ: 'at+jwt' });
  const claims = JSON.stringify(goodClaims(1));
  const with2 = (more: string): string => `${claims.slice(0, -1)},${more}}`;
  const payload = (name: string, text: string | Buffer): BadToken => ({ name, token: signer.signTexts(header, text) });
  return [
    payload('a duplicate claim', with2('"scope":"admin"')),
    payload('a duplicate claim inside a claim', with2('"act":{"sub":"a","sub":"b"}')),
    payload('a claim __proto__', with2('"__proto__":{"admin":true}')),
    payload('half a surrogate pair', with2('"name":"\\ud800"')),
    payload('a number out of range', with2('"n":1e999')),
    payload('nested 200 deep', with2(`"n":${'['.repeat(200)}${']'.repeat(200)}`)),
    payload('not UTF-8', Buffer.concat([Buffer.from(with2('"name":"').slice(0, -1)), Buffer.from([0xff, 0x22, 0x7d])])),
    payload('longer than 8 kB', with2(`"n":"${'x'.repeat(8_000)}"`)),
    { name: 'a duplicate header', token: signer.signTexts(`${header.slice(0, -1)},"typ":"at+jwt"}`, claims) },
    { name: 'padded segments', token: signer.signSegments(`${encoded(header)}=`, encoded(claims)) },
    { name: 'white space in a segment', token: signer.signSegments(encoded(header), `${encoded(claims)} `) },
    {
      name: 'the other base64 alphabet',
      token: signer.signSegments(encoded(header), Buffer.from(with2('"n":"~~~???>>>"')).toString('base64')),
    },
  ];
}

function signatureFaults(signer: TokenSigner): readonly BadToken[] {
  const good = signer.token(2);
  const [header = '', payload = ''] = good.split('.');
  const foreign = signer.token(3);
  const none = `${encoded(JSON.stringify({ alg: 'none', typ: 'at+jwt' }))}.${payload}`;
  const confused = `${encoded(JSON.stringify({ alg: 'HS256', typ: 'at+jwt', kid: signer.jwk.kid }))}.${payload}`;
  const pem = signer.publicKey.export({ type: 'spki', format: 'pem' });
  return [
    { name: 'the signature of another token', token: `${header}.${payload}${foreign.slice(foreign.lastIndexOf('.'))}` },
    { name: 'no signature', token: `${header}.${payload}.` },
    { name: 'alg none', token: `${none}.` },
    {
      name: 'HS256 with the public key',
      token: `${confused}.${createHmac('sha256', pem).update(confused).digest('base64url')}`,
    },
    { name: 'unused bits in the signature', token: withUnusedBit(good) },
    { name: 'a line break after the token', token: `${good}\n` },
  ];
}

/** Makes them, fresh. */
export function createBadTokens(signer: TokenSigner): readonly BadToken[] {
  return [
    ...claimFaults().map(([name, claims], index) => ({ name, token: signer.token(index, claims) })),
    ...headerFaults.map(([name, header], index) => ({ name, token: signer.token(index, {}, header) })),
    ...textFaults(signer),
    ...signatureFaults(signer),
  ];
}
