/**
 * The tokens that the apps before and after a migration are tried with. Each changes one thing of a token that is good
 * (RFC 9068), except those that have the shape of a product's tokens.
 */
import { createHmac, createPublicKey } from 'node:crypto';
import type { OauthIssuerOptions } from '@countersign/express';
import { createTokenMinter } from '@countersign/testing';

/** What the apps trust. */
export const trusted = { issuer: 'https://issuer.internal', audience: 'https://inventory.internal' } as const;
/** The name that the tokens give the key. */
const kid = '2026-11';

/** How the new app is told to accept a token that it refuses unless it is told: options of `accessToken`. */
export interface Remedy {
  readonly written: string;
  readonly options: Partial<OauthIssuerOptions>;
}

/** One token. */
export interface CorpusRow {
  readonly name: string;
  readonly token: string;
  readonly remedy?: Remedy;
}

/** The tokens, and the key that verifies them as PEM. */
export interface TokenCorpus {
  readonly publicKey: string;
  readonly rows: readonly CorpusRow[];
}

type Members = Readonly<Record<string, unknown>>;

const hour = 3_600;
const tenYears = 10 * 365 * 24 * hour;
const thumbprint = 'A'.repeat(43);
const base64url = (text: string): string => Buffer.from(text).toString('base64url');
const doubled = (json: string, member: string): string => json.replace('{', `{${member},`);

/** The same bytes in another spelling: the last character of a 64-byte signature carries four unused bits. */
function withTrailingBits(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return `${token.slice(0, -1)}${alphabet[alphabet.indexOf(token.at(-1) ?? 'A') + 1] ?? 'B'}`;
}

/** Mints all of them now. */
export async function mintCorpus(): Promise<TokenCorpus> {
  const minter = await createTokenMinter(trusted);
  const attacker = await createTokenMinter(trusted);
  const publicKey = createPublicKey(minter.signingKey.privateKey).export({ type: 'spki', format: 'pem' }).toString();
  const now = Math.floor(Date.now() / 1000);
  const { issuer: iss, audience: aud } = trusted;
  const header = { alg: 'ES256', typ: 'at+jwt', kid };
  const own = { iss, sub: 'orders', aud, iat: now, exp: now + 300, scope: 'inventory:read' };
  const claims = { ...own, client_id: 'orders', jti: 'a1' };
  const good = { header: JSON.stringify(header), payload: JSON.stringify(claims) };
  const raw = (texts: Partial<typeof good>): string => minter.signRaw({ ...good, ...texts });
  const claim = (changes: Members): string => raw({ payload: JSON.stringify({ ...claims, ...changes }) });
  const head = (changes: Members): string => raw({ header: JSON.stringify({ ...header, ...changes }) });
  const asJwt = (payload: Members): string =>
    raw({ header: JSON.stringify({ ...header, typ: 'JWT' }), payload: JSON.stringify(payload) });
  const written = (name: string, number: string): string =>
    raw({ payload: good.payload.replace(new RegExp(`"${name}":[0-9]+`), `"${name}":${number}`) });
  const [first = '', second = '', third = ''] = raw({}).split('.');
  const symmetric = `${base64url(JSON.stringify({ ...header, alg: 'HS256' }))}.${second}`;
  const mac = createHmac('sha256', publicKey).update(symmetric).digest('base64url');
  const remedy = (text: string, options: Remedy['options']): Pick<CorpusRow, 'remedy'> => ({
    remedy: { written: text, options },
  });
  const { publicJwk: jwk } = attacker.signingKey;
  const row = (name: string, token: string): CorpusRow => ({ name, token });
  const rows: readonly CorpusRow[] = [
    row('a good token', raw({})),
    row('`typ` is `application/at+jwt`', head({ typ: 'application/at+jwt' })),
    row('`aud` is a list of our audience alone', claim({ aud: [aud] })),
    row('issued five minutes ago', claim({ iat: now - 300, exp: now + 60 })),
    // Kinds of tokens.
    {
      ...row('`typ` is `JWT`', asJwt(claims)),
      ...remedy("the `profile` of the product, here `'auth0'`", { profile: 'auth0' }),
    },
    row('no `typ`', head({ typ: undefined })),
    row('an ID token for our audience', asJwt({ ...own, nonce: 'n', auth_time: now })),
    row('a logout token for our audience', head({ typ: 'logout+jwt' })),
    row('a proof of possession (`dpop+jwt`) for our audience', head({ typ: 'dpop+jwt' })),
    {
      ...row('an Auth0 token: `JWT`, `azp`, two audiences', asJwt({ ...own, azp: 'orders', aud: [aud, `${iss}/me`] })),
      ...remedy("`profile: 'auth0'`", { profile: 'auth0' }),
    },
    {
      ...row('a Keycloak token: `JWT`, `azp`', asJwt({ ...own, azp: 'orders', jti: 'a1', typ: 'Bearer' })),
      ...remedy("`profile: 'keycloak'`", { profile: 'keycloak' }),
    },
    // Audiences.
    row('no `aud`', claim({ aud: undefined })),
    {
      ...row('`aud` lists ours and another', claim({ aud: [aud, 'https://payments.internal'] })),
      ...remedy('`multipleAudiences: true`', { multipleAudiences: true }),
    },
    row('`aud` is another', claim({ aud: 'https://payments.internal' })),
    row('`aud` is the beginning of ours', claim({ aud: aud.slice(0, -1) })),
    row('`aud` begins with ours', claim({ aud: `${aud}.evil.test` })),
    row('`aud` is ours with a slash', claim({ aud: `${aud}/` })),
    row('`aud` is ours in upper case', claim({ aud: aud.toUpperCase() })),
    row('`aud` lists ours and a number', claim({ aud: [aud, 5] })),
    row('`aud` is a list in a list', claim({ aud: [[aud]] })),
    // Issuers.
    row('no `iss`', claim({ iss: undefined })),
    row('`iss` is another', claim({ iss: 'https://evil.test' })),
    row('`iss` is ours with a slash', claim({ iss: `${iss}/` })),
    row('`iss` is a list of ours', claim({ iss: [iss] })),
    // Times.
    row('no `exp`', claim({ exp: undefined })),
    row('`exp` is 1e400', written('exp', '1e400')),
    row('`exp` is a text', claim({ exp: String(now + 300) })),
    row('`exp` is in milliseconds', claim({ exp: (now + 300) * 1000 })),
    row('`exp` passed an hour ago', claim({ iat: now - 2 * hour, exp: now - hour })),
    row('`exp` passed fifteen seconds ago', claim({ iat: now - 300, exp: now - 15 })),
    row('`exp` is before `iat`', claim({ iat: now + 25, exp: now + 20 })),
    {
      ...row('a life of one hour', claim({ exp: now + hour })),
      ...remedy('`maxLifetimeSeconds: 3600`', { maxLifetimeSeconds: hour }),
    },
    row('a life of ten years', claim({ exp: now + tenYears })),
    row('no `iat`', claim({ iat: undefined })),
    row('`iat` is an hour ahead', claim({ iat: now + hour, exp: now + hour + 300 })),
    row('`nbf` is an hour ahead', claim({ nbf: now + hour, exp: now + hour + 300 })),
    row('`nbf` is fifteen seconds ahead', claim({ nbf: now + 15 })),
    // Names.
    row('no `sub`', claim({ sub: undefined })),
    row('`sub` is a list', claim({ sub: ['orders'] })),
    row('no `client_id`', claim({ client_id: undefined })),
    row('`client_id` is an object', claim({ client_id: {} })),
    row('no `jti`', claim({ jti: undefined })),
    // Possession.
    row('bound to a certificate, sent as a bearer token', claim({ cnf: { 'x5t#S256': thumbprint } })),
    row('bound to a DPoP key, sent as a bearer token', claim({ cnf: { jkt: thumbprint } })),
    row('bound in a way nobody knows', claim({ cnf: { other: thumbprint } })),
    // Headers.
    row('an unknown critical extension', head({ crit: ['x'], x: 1 })),
    row('an empty `crit`', head({ crit: [] })),
    row('the payload is not encoded (`b64` is false)', head({ crit: ['b64'], b64: false })),
    row('no `kid`, where one key is known', head({ kid: undefined })),
    row('an unknown `kid`', head({ kid: 'other' })),
    row('`kid` is a list', head({ kid: [kid] })),
    // Signatures.
    row('`alg` is `none`', `${base64url(JSON.stringify({ ...header, alg: 'none' }))}.${second}.`),
    row('`HS256` with our public key as secret', `${symmetric}.${mac}`),
    row('signed by another key', attacker.signRaw(good)),
    row(
      'signed by a key that it brings along (`jwk`)',
      attacker.signRaw({ ...good, header: JSON.stringify({ ...header, jwk }) }),
    ),
    row('with the payload of another token', `${first}.${claim({ sub: 'admin' }).split('.')[1]}.${third}`),
    row('no signature', `${first}.${second}.`),
    row('other spare bits in the signature (same bytes, other text)', withTrailingBits(`${first}.${second}.${third}`)),
    row('padding after the signature', `${first}.${second}.${third}==`),
    row('a character outside base64url in the signature', `${first}.${second}.${third}~`),
    // JSON.
    row('two `sub`', raw({ payload: doubled(good.payload, '"sub":"admin"') })),
    row('two `scope`', raw({ payload: doubled(good.payload, '"scope":"none"') })),
    row('two `alg`', raw({ header: doubled(good.header, '"alg":"none"') })),
    row('a claim `__proto__`', raw({ payload: doubled(good.payload, '"__proto__":{"admin":true}') })),
    row('claims of 9 kB', claim({ filler: 'x'.repeat(8_500) })),
    // Grants.
    row('the scope is another', claim({ scope: 'inventory:write' })),
    row('no `scope`', claim({ scope: undefined })),
    row('`scope` is a list', claim({ scope: ['inventory:read'] })),
    row('through nine actors', claim({ act: actors(9) })),
  ];
  return { publicKey, rows };
}

function actors(count: number): object {
  return Array.from({ length: count - 1 }).reduce<object>((act, _, index) => ({ sub: `a${index}`, act }), { sub: 'z' });
}
