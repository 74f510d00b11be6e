/**
 * Every objection to the header and the claims of a token. Core refuses at the first fault, so it is asked again and
 * again: what it names is noted, mended in a copy, and the copy is signed with a key made for this one inspection.
 * So the rules are core's, and no second list of them can fall behind. The real signature plays no part here.
 */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { parseJws, refuse, type Clock, type Refusal } from '@countersign/core';
import type { DecodedToken } from './decoded-token.ts';
import { findingOf, mergeFindings, type Finding } from './inspection.ts';
import { tokenJudge, type TokenJudge } from './token-judge.ts';

/** What is known about the service that the token is for. */
export interface TokenExpectations {
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  readonly certificate: string | undefined;
  readonly clock: Clock;
}

/** The objections, and whether core had nothing more to say at the end. */
export interface TokenObjections {
  readonly findings: readonly Finding[];
  readonly complete: boolean;
}

interface Draft {
  readonly header: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
}

type Mend = (draft: Draft, known: { readonly issuer: string; readonly audience: string; readonly now: number }) => void;

const ownAlgorithm = 'EdDSA';
const placeholderIssuer = 'https://issuer.invalid';
const placeholderAudience = 'https://audience.invalid';
const maximumRounds = 64;

function timeOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' && value > 0 && value <= 1e11 ? value : otherwise;
}

/** Moves the whole life of the token, so that its length stays what it was. */
function shift({ claims }: Draft, seconds: number): void {
  for (const name of ['iat', 'nbf', 'exp']) {
    if (typeof claims[name] === 'number') claims[name] += seconds;
  }
}

function withoutClaim(name: string): Mend {
  return ({ claims }) => void delete claims[name];
}

/** How to mend what a check names, by the reason and the check, else by the check alone. */
const mends: Readonly<Record<string, Mend>> = {
  crit: ({ header }) => {
    delete header['crit'];
    delete header['b64'];
  },
  header: ({ header }) => {
    for (const name of ['kid', 'typ']) if (typeof header[name] !== 'string') delete header[name];
    if (typeof header['alg'] !== 'string') header['alg'] = ownAlgorithm;
  },
  kid: ({ header }) => {
    delete header['kid'];
    header['alg'] = ownAlgorithm;
  },
  alg: ({ header }) => {
    delete header['kid'];
    header['alg'] = ownAlgorithm;
  },
  typ: ({ header }) => void (header['typ'] = 'at+jwt'),
  iss: ({ claims }, { issuer }) => void (claims['iss'] = issuer),
  aud: ({ claims }, { audience }) => void (claims['aud'] = audience),
  'TOKEN_CLAIM_MISSING exp': ({ claims }, { now }) => {
    claims['exp'] = Math.max(timeOf(claims['iat'], now), timeOf(claims['nbf'], now), now) + 60;
  },
  'TOKEN_CLAIM_MISSING iat': ({ claims }, { now }) => {
    claims['iat'] = Math.min(now, timeOf(claims['exp'], now) - 60);
  },
  'TOKEN_CLAIM_MISSING nbf': withoutClaim('nbf'),
  'TOKEN_NOT_YET_VALID nbf': withoutClaim('nbf'),
  'TOKEN_NOT_YET_VALID iat': (draft, { now }) => shift(draft, now - timeOf(draft.claims['iat'], now)),
  'TOKEN_EXPIRED exp': (draft, { now }) => shift(draft, now + 60 - timeOf(draft.claims['exp'], now)),
  'TOKEN_LIFETIME_TOO_LONG exp': ({ claims }, { now }) => {
    claims['iat'] = now;
    claims['exp'] = now + 60;
  },
  cnf: withoutClaim('cnf'),
  'cnf.x5t#S256': withoutClaim('cnf'),
  scope: withoutClaim('scope'),
  roles: withoutClaim('roles'),
  act: withoutClaim('act'),
  sub: ({ claims }) => void (claims['sub'] = 'placeholder'),
  client_id: ({ claims }) => void (claims['client_id'] = 'placeholder'),
  jti: ({ claims }) => void (claims['jti'] = 'placeholder'),
};

/** No objection: our key is not the issuer's, and a bound token is judged by the connection it comes over. */
function isOfTheInspection({ reason }: Refusal, certificate: string | undefined): boolean {
  return reason === 'TOKEN_KEY_UNKNOWN' || (reason === 'BINDING_MISSING' && certificate === undefined);
}

function signed({ header, claims }: Draft, key: KeyObject): string {
  const body = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${body}.${sign(null, Buffer.from(body), key).toString('base64url')}`;
}

/** A URL that core takes as an issuer, or the placeholder. The claim itself is judged against it. */
function issuerFor(claim: unknown): string {
  const isUrl = typeof claim === 'string' && claim.startsWith('https://') && URL.canParse(claim);
  const url = isUrl ? new URL(claim) : undefined;
  const isPlain = url !== undefined && url.username === '' && url.password === '' && !/[?#]/.test(String(claim));
  return isPlain ? String(claim) : placeholderIssuer;
}

function audienceFor(claim: unknown): string {
  const one: unknown = Array.isArray(claim) ? claim[0] : claim;
  return typeof one === 'string' && one.trim() !== '' ? one : placeholderAudience;
}

/** What is wrong with the text as a whole, signature included. */
function structureOf(text: string, { signatureLength }: DecodedToken): readonly Finding[] {
  const parsed = parseJws(text);
  if (!parsed.ok) return [findingOf('token', parsed)];
  if (signatureLength > 0) return [];
  const none = refuse('TOKEN_SIGNATURE_INVALID', 'signature', { expected: 'a signature', actual: 'none' });
  return [findingOf('token', none)];
}

/** Finds every objection. */
export async function objectionsTo(
  text: string,
  decoded: DecodedToken,
  expected: TokenExpectations,
): Promise<TokenObjections> {
  const { header, claims } = decoded;
  const structural = structureOf(text, decoded);
  if (claims === undefined) return { findings: structural, complete: false };
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const issuer = expected.issuer ?? issuerFor(claims['iss']);
  const audience = expected.audience ?? audienceFor(claims['aud']);
  const { clock, certificate } = expected;
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }) }] };
  const judge: TokenJudge = tokenJudge({ issuer, audience, jwks, clock, certificate });
  const known = { issuer, audience, now: Math.floor(clock.now() / 1000) };
  const draft: Draft = { header: { ...header }, claims: { ...claims } };
  let findings: readonly Finding[] = structural;
  for (let round = 0; round < maximumRounds; round += 1) {
    // Core judges a token at a time, and the next question depends on the answer.
    // eslint-disable-next-line no-await-in-loop
    const outcome = await judge(signed(draft, privateKey));
    if (outcome.ok) return { findings, complete: true };
    if (!isOfTheInspection(outcome, certificate)) findings = mergeFindings(findings, [findingOf('token', outcome)]);
    const { reason, detail } = outcome;
    const mend = mends[`${reason} ${detail.check}`] ?? mends[detail.check];
    if (mend === undefined) break;
    mend(draft, known);
  }
  return { findings, complete: false };
}
