/**
 * The check of a JWT in one call, by the very code that a service runs: no network, no memory, no clock of its own. What
 * a token is bound to is not judged here: `confirmation` says which key the request must still prove.
 */
import { FaultCollector } from '../errors/configuration-error.ts';
import { judgeSafely } from '../errors/judge-safely.ts';
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { readKeySet } from '../signature/key-set.ts';
import { checkIssuer, type IssuerOptions } from './issuer.ts';
import type { JwtSvidIssuerOptions, KeyDocument } from './issuer-options.ts';
import type { JwtBundle } from './jwt-bundle-source.ts';
import { isProfileName, profiles } from './profiles.ts';
import { createTokenVerifier } from './token-verifier.ts';
import { createTrusts } from './trusts.ts';
import type { VerifiedToken } from './verify-token.ts';

/** Whom the token must be for, and when. */
interface Judgement {
  /** Audience, or audiences, of the service. Compared character by character. */
  readonly audience: string | readonly [string, ...string[]];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Options that say where keys come from, or whom else to ask. */
type Elsewhere =
  | 'jwks'
  | 'jwksUri'
  | 'jwksFile'
  | 'pem'
  | 'bundle'
  | 'discovery'
  | 'jwksOrigins'
  | 'introspection'
  | 'allowHttp';

type JudgedBy<Options, Other extends string> = Options extends unknown
  ? Omit<Options, Elsewhere | keyof Judgement | Other> & Judgement
  : never;

/** What a JWT must be: the options of an issuer, with its keys in hand. */
export type JwtExpectations = JudgedBy<Exclude<IssuerOptions, JwtSvidIssuerOptions>, never> & {
  /** The JWKS document of the issuer. Keys in it that may not verify are left out. */
  readonly keys: KeyDocument;
};

/** What a JWT-SVID must be. */
export type JwtSvidExpectations = JudgedBy<JwtSvidIssuerOptions, 'profile' | 'trustDomain'> & {
  readonly bundle: JwtBundle;
};

/** Nothing is fetched, so an issuer on plain http is no danger here. */
const allowHttp = { reason: 'nothing is fetched', owner: 'verifyJwt', expires: '9999-12-31' };

/** The document without the keys that may not verify: they are somebody else's. Nothing when none is left. */
function usableKeys(document: KeyDocument, use: string | undefined): KeyDocument | undefined {
  const read = readKeySet(document, use);
  if (typeof read === 'string' || read.keySet.size === 0) return undefined;
  const refused = new Set(read.refused.map(({ index }) => index));
  return { keys: document.keys.filter((_key, index) => !refused.has(index)) };
}

/** A world in which only the given instant exists. */
function runtimeOf({ audience, now }: Judgement, faults: FaultCollector): Runtime {
  const audiences: readonly unknown[] = Array.isArray(audience) ? audience : [audience];
  if (audiences.length === 0 || !audiences.every((one) => typeof one === 'string' && one !== '')) {
    faults.add('CONFIG_MISSING', 'audience', 'names no audience', 'write the exact text tokens carry in aud');
  }
  if (!Number.isFinite(now)) faults.add('CONFIG_INVALID', 'now', 'is no instant', 'pass epoch milliseconds');
  return {
    clock: { now: () => now, monotonic: () => 0 },
    fetch: () => Promise.reject(new Error('Nothing is fetched.')),
    notify: () => {},
    service: '',
    audience: audiences as readonly string[],
  };
}

interface Judged {
  readonly token: unknown;
  readonly keys: KeyDocument;
  readonly options: { readonly profile?: unknown };
  readonly judgement: Judgement;
}

function judge({ token, keys, options, judgement }: Judged): Outcome<VerifiedToken> {
  const faults = new FaultCollector('The expectations');
  const runtime = runtimeOf(judgement, faults);
  const { keyUse } = isProfileName(options.profile) ? profiles[options.profile] : profiles['at+jwt'];
  const jwks = usableKeys(keys, keyUse);
  if (jwks === undefined) return refuse('TOKEN_KEY_UNKNOWN', 'keys', { expected: 'a JWKS document with a usable key' });
  const record = checkIssuer({ ...options, jwks } as unknown as IssuerOptions, faults, '');
  faults.throwIfAny();
  if (typeof token !== 'string') return refuse('TOKEN_MALFORMED', 'token', { expected: 'a text' });
  const judged = createTokenVerifier(createTrusts([record], runtime), runtime, false).verify(token);
  if (judged instanceof Promise) throw new TypeError('Keys in hand need no waiting.');
  return judged.ok ? accept(judged.value.token) : judged;
}

/**
 * Judges a token of an issuer, by default as an access token (RFC 9068). Never throws; wrong options are refused with
 * `INTERNAL_FAULT` and named in the detail.
 */
export function verifyJwt(token: string, expectations: JwtExpectations): Outcome<VerifiedToken> {
  return judgeSafely(() => {
    const { keys, audience, now, ...options } = expectations;
    return judge({ token, keys, options: { ...options, allowHttp } as object, judgement: { audience, now } });
  });
}

/** Judges a JWT-SVID of the trust domain of the bundle (SPIFFE JWT-SVID §4). Never throws, as `verifyJwt`. */
export function verifyJwtSvid(token: string, expectations: JwtSvidExpectations): Outcome<VerifiedToken> {
  return judgeSafely(() => {
    const { bundle, audience, now, ...options } = expectations;
    const { trustDomain, keys } = bundle;
    const record = { ...options, profile: 'jwt-svid', trustDomain };
    return judge({ token, keys: { keys }, options: record, judgement: { audience, now } });
  });
}
