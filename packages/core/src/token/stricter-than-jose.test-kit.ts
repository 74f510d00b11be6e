/**
 * The list of what we refuse and `jose` does not, configured as strictly as it goes: each row with the reason and the
 * check of the refusal, where the rule stands, and tokens that show it. A refusal that is on no row is a fault.
 */
import type { Refusal } from '../errors/outcome.ts';
import type { Reason } from '../errors/reason.ts';
import { audience, claimsWith, now, tokenWith } from './token.test-kit.ts';

/** One refusal that `jose` does not make. */
export interface StricterRow {
  readonly rule: string;
  readonly reason: Reason;
  /** The checks it may name. */
  readonly checks: readonly string[];
  /** What the detail says besides, where several rules share a check. */
  readonly says?: string;
  /** Where the rule stands. */
  readonly source: string;
  /** Tokens that `jose` accepts. */
  readonly tokens: readonly string[];
}

const claims = JSON.stringify(claimsWith());
const parts = ['header', 'payload'];
const header = '"alg":"ES256","kid":"key-1","typ":"at+jwt"';

/** A good token with one more member, written as given. */
function withMember(text: string): string {
  return tokenWith(`${claims.slice(0, -1)},${text}}`);
}

function withClaims(...changes: Record<string, unknown>[]): string[] {
  return changes.map((change) => tokenWith(change));
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

/** Names that are there, as `jose` demands, and are no texts. */
const noTexts = [null, 5, '', true, [], {}];

function noText(name: string): string[] {
  return withClaims(...noTexts.map((value) => ({ [name]: value })));
}

const form: StricterRow[] = [
  {
    rule: 'a token is short',
    reason: 'TOKEN_MALFORMED',
    checks: ['token.length'],
    source: 'RFC 8725 §2.4; a bound of ours',
    tokens: withClaims({ unknown: 'x'.repeat(8_192) }),
  },
  {
    rule: 'base64url has one spelling',
    reason: 'TOKEN_MALFORMED',
    checks: ['token.encoding'],
    source: 'RFC 7515 §2, RFC 4648 §3.5',
    tokens: [`${tokenWith()}==`, `${tokenWith()}\n`, ` ${tokenWith()}`.slice(1).replace(/(.)$/, ' $1')],
  },
  {
    rule: 'no member stands twice, at any depth',
    reason: 'TOKEN_MALFORMED',
    checks: parts,
    says: 'has a duplicate member',
    source: 'RFC 7515 §4, RFC 7519 §4',
    tokens: [
      tokenWith(`{"aud":"x",${claims.slice(1)}`),
      withMember('"unknown":{"a":1,"\\u0061":2}'),
      tokenWith({}, `{"kid":"other",${header}}`),
    ],
  },
  {
    rule: 'no member is called __proto__',
    reason: 'TOKEN_MALFORMED',
    checks: parts,
    says: 'has a member __proto__',
    source: 'RFC 8725 §3.10; a bound of ours',
    tokens: [withMember('"__proto__":{"admin":true}'), tokenWith({}, `{${header},"__proto__":{}}`)],
  },
  {
    rule: 'JSON is at most sixteen levels deep',
    reason: 'TOKEN_MALFORMED',
    checks: parts,
    says: 'is nested deeper than 16',
    source: 'RFC 8259 §9; a bound of ours',
    tokens: [withMember(`"unknown":${nested(16)}`)],
  },
  {
    rule: 'every number is in range',
    reason: 'TOKEN_MALFORMED',
    checks: parts,
    says: 'has a number out of range',
    source: 'RFC 8259 §6, RFC 7519 §2',
    tokens: [tokenWith(claims.replace(/"exp":\d+/, '"exp":1e400')), withMember('"unknown":[-1e400]')],
  },
  {
    rule: 'every text is Unicode',
    reason: 'TOKEN_MALFORMED',
    checks: parts,
    says: 'has half a surrogate pair',
    source: 'RFC 8259 §8.2',
    tokens: [withMember('"unknown":"\\ud800"'), withMember('"\\udc00":1')],
  },
  {
    rule: 'no extension is understood',
    reason: 'TOKEN_CRITICAL_UNSUPPORTED',
    checks: ['crit'],
    source: 'RFC 7515 §4.1.11, RFC 7797 §6',
    tokens: [tokenWith({}, { crit: ['b64'], b64: true }), tokenWith({}, { b64: false }), tokenWith({}, { b64: 1 })],
  },
];

const wholeSeconds = 'whole seconds since 1970';

function date(name: 'exp' | 'iat' | 'nbf', values: readonly number[]): StricterRow {
  return {
    rule: `${name} is whole seconds of our age`,
    reason: 'TOKEN_CLAIM_MISSING',
    checks: [name],
    says: wholeSeconds,
    source: 'RFC 7519 §2; whole by decision 0013',
    tokens: withClaims(...values.map((value) => ({ [name]: value }))),
  };
}

const dates: StricterRow[] = [
  date('exp', [now + 60.5, (now + 60) * 1000]),
  date('iat', [now - 10.5]),
  date('nbf', [0, -1, now - 0.5]),
  {
    rule: 'a token ends after it was issued',
    reason: 'TOKEN_CLAIM_MISSING',
    checks: ['exp'],
    says: 'a time after iat',
    source: 'RFC 7519 §4.1.4, §4.1.6',
    tokens: withClaims({ iat: now, exp: now }, { iat: now + 5, exp: now + 4 }),
  },
  {
    rule: 'a token ends after it begins',
    reason: 'TOKEN_CLAIM_MISSING',
    checks: ['exp'],
    says: 'a time after nbf',
    source: 'RFC 7519 §4.1.4, §4.1.5',
    tokens: withClaims({ nbf: now + 20, exp: now + 20 }),
  },
  {
    rule: 'a life is bounded',
    reason: 'TOKEN_LIFETIME_TOO_LONG',
    checks: ['exp'],
    source: 'RFC 9068 §5, RFC 9700 §2.2; a bound of ours',
    tokens: withClaims({ exp: now + 891 }, { exp: now + 315_360_000 }),
  },
];

const names: StricterRow[] = [
  ...['sub', 'jti', 'client_id'].map((name): StricterRow => ({
    rule: `${name} is a text`,
    reason: 'TOKEN_CLAIM_MISSING',
    checks: [name],
    says: 'a text',
    source: 'RFC 9068 §2.2, RFC 7519 §4.1',
    tokens: noText(name),
  })),
  {
    rule: 'the caller is a name that a rule can name',
    reason: 'TOKEN_CLAIM_MISSING',
    checks: ['client_id', 'act.sub'],
    says: 'visible ASCII without white space',
    source: 'RFC 6749 appendix A.1; without the space',
    tokens: withClaims({ client_id: 'or ders' }, { client_id: 'оrders' }, { act: { sub: 'gate way' } }),
  },
  {
    rule: 'every audience is a text',
    reason: 'TOKEN_AUDIENCE_MISMATCH',
    checks: ['aud'],
    says: 'texts only',
    source: 'RFC 7519 §4.1.3',
    tokens: withClaims({ aud: [audience, 5] }, { aud: ['', audience] }, { aud: [audience, null] }),
  },
  {
    rule: 'a token is for one service',
    reason: 'TOKEN_AUDIENCE_MISMATCH',
    checks: ['aud'],
    says: 'one audience',
    source: 'RFC 9068 §3, RFC 8725 §3.9; an option',
    tokens: withClaims({ aud: [audience, 'x'] }, { aud: [audience, audience] }),
  },
  {
    rule: 'audiences are few',
    reason: 'TOKEN_AUDIENCE_MISMATCH',
    checks: ['aud'],
    says: audience,
    source: 'a bound of ours',
    tokens: withClaims({ aud: Array.from({ length: 101 }, () => audience) }),
  },
];

const granted: StricterRow[] = [
  {
    rule: 'scopes are one text, and few',
    reason: 'TOKEN_CLAIM_MISSING',
    checks: ['scope'],
    source: 'RFC 6749 §3.3, RFC 8693 §4.2',
    tokens: withClaims(
      { scope: ['a'] },
      { scope: 'a  b' },
      { scope: Array.from({ length: 257 }, (_, index) => index).join(' ') },
    ),
  },
  {
    rule: 'roles are a list of texts',
    reason: 'TOKEN_CLAIM_MISSING',
    checks: ['roles'],
    source: 'RFC 9068 §2.2.3.1',
    tokens: withClaims({ roles: 'admin' }, { roles: [1] }),
  },
  {
    rule: 'the authentication context is a text',
    reason: 'TOKEN_CLAIM_MISSING',
    checks: ['acr'],
    source: 'RFC 9068 §2.2.1, OpenID Connect Core §2',
    tokens: noText('acr'),
  },
  {
    rule: 'the time of authentication is whole seconds',
    reason: 'TOKEN_CLAIM_MISSING',
    checks: ['auth_time'],
    source: 'RFC 9068 §2.2.1, OpenID Connect Core §2',
    tokens: withClaims({ auth_time: `${now}` }, { auth_time: -1 }, { auth_time: null }),
  },
  {
    rule: 'actors are a chain of names, and few',
    reason: 'ACTOR_CHAIN_TOO_LONG',
    checks: ['act'],
    source: 'RFC 8693 §4.1',
    tokens: withClaims({ act: 'gateway' }, { act: {} }, { act: { sub: '' } }, { act: null }),
  },
  {
    rule: 'a confirmation is understood, all of it',
    reason: 'BINDING_MISMATCH',
    checks: ['cnf'],
    source: 'RFC 7800 §3.1',
    tokens: withClaims({ cnf: {} }, { cnf: { kid: 'k' } }, { cnf: { jkt: 'short' } }, { cnf: null }),
  },
];

/** All rows. */
export const stricterThanJose: readonly StricterRow[] = [...form, ...dates, ...names, ...granted];

/** The rows that a refusal falls under. */
export function rowsOf({ reason, detail }: Refusal): readonly StricterRow[] {
  return stricterThanJose.filter(
    (row) =>
      row.reason === reason &&
      row.checks.includes(detail.check) &&
      (row.says === undefined || row.says === detail.expected || row.says === detail.actual),
  );
}
