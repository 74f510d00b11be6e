/** The rows of the tables of tokens: each makes its verifier from a token set. */
import { awsJwtVerify, fastJwt, jose, jsonWebToken, oauth2JwtBearer } from './peer-verifiers.ts';
import { bareMap, digestMap, rememberingByDigest, verifyAndParse, type Verify } from './limits.ts';
import { ourVerifier } from './our-verifier.ts';
import type { TokenSet } from './token-set.ts';

/** Makes the verifier of a row. */
export type MakeVerifier = (set: TokenSet) => Verify | Promise<Verify>;

/** Entries of every cache that meets unseen tokens. Fewer than there are tokens, so that none is ever found. */
export const unseenEntries = 1_000;

const ownKey = { cacheKeyBuilder: (token: string) => token };

/** Rows for tokens that nobody has seen. */
export const coldRows = {
  'limit: verify + JSON + claims': verifyAndParse,
  'limit: sha256(token) + Map around it': (set) => rememberingByDigest(set, unseenEntries),
  'countersign, cache off': (set) => ourVerifier(set, { cache: false }),
  'countersign, cache on': (set) => ourVerifier(set, { cache: { maximumEntries: unseenEntries } }),
  'fast-jwt, cache off': (set) => fastJwt(set, { cache: false }),
  'fast-jwt, cache on': (set) => fastJwt(set, { cache: unseenEntries }),
  'fast-jwt, cache on, token as key': (set) => fastJwt(set, { cache: unseenEntries, ...ownKey }),
  jsonwebtoken: jsonWebToken,
  'aws-jwt-verify, sync': awsJwtVerify,
  'jose, local key set': jose,
  'express-oauth2-jwt-bearer': oauth2JwtBearer,
} as const satisfies Record<string, MakeVerifier>;

export type ColdRow = keyof typeof coldRows;

/** Rows for known tokens. */
export const warmRows = {
  'limit: sha256(token) + Map': (set) => digestMap(set.tokens),
  countersign: (set) => ourVerifier(set, { cache: undefined }),
  'countersign, with a revocation store': (set) => ourVerifier(set, { cache: undefined, revocation: true }),
  'fast-jwt, cache on': (set) => fastJwt(set, { cache: 2 * set.tokens.length }),
  'fast-jwt, cache on, token as key': (set) => fastJwt(set, { cache: 2 * set.tokens.length, ...ownKey }),
} as const satisfies Record<string, MakeVerifier>;

export type WarmRow = keyof typeof warmRows;

/** The limit of the known tokens. */
export const warmLimit: MakeVerifier = (set) => bareMap(set.tokens);

/** Why jsonwebtoken has no row: it knows no EdDSA. */
export function isMeasured(row: ColdRow, { algorithm }: Pick<TokenSet, 'algorithm'>): boolean {
  return !(row === 'jsonwebtoken' && algorithm === 'EdDSA');
}
