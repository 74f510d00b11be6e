/**
 * From the text of a token to its claims: one verifier for all issuers of a service. Keys are looked up in the record
 * that the unverified claims selected, and nowhere else.
 *
 * A token that was accepted is remembered, and believed again only after the checks that time can change: its key still
 * stands at the issuer, its record is the same, and its dates hold. A refused token is never remembered.
 */
import { refuse, type Accepted, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import { whenKnown } from '../errors/when-known.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Algorithm } from '../signature/algorithms.ts';
import { parseJws, rememberHeader, verifyJws, type ParsedJws } from '../signature/jws.ts';
import type { VerificationKey } from '../signature/verification-key.ts';
import type { IssuerRecord } from './issuer.ts';
import { judgeHeader } from './judge-header.ts';
import { judgeTimes } from './judge-times.ts';
import { selectTrust } from './select-trust.ts';
import type { TokenCacheOptions } from './token-cache-options.ts';
import { createTokenCache, type TokenCache } from './token-cache.ts';
import type { Trust, Trusts } from './trusts.ts';
import { verifyClaims, type VerifiedToken } from './verify-token.ts';

/** A token that stood every check, with the record that judged it. */
export interface JudgedToken {
  readonly record: IssuerRecord;
  readonly token: VerifiedToken;
  readonly type: string;
  /** Of the signature; undefined for an opaque token. */
  readonly algorithm: Algorithm | undefined;
  readonly keyId: string | undefined;
  /** The key that verified it; undefined for an opaque token. */
  readonly keyFingerprint: string | undefined;
  /** The id under which the issuer publishes that key: a token may leave it out. */
  readonly publishedKeyId?: string | undefined;
}

/** Verifies tokens. */
export interface TokenVerifier {
  /** Synchronous when issuer and key are in hand. Never throws. */
  verify(token: string): MaybePromise<Outcome<JudgedToken>>;
  ready(): Promise<void>;
  close(): Promise<void>;
}

type Memory = TokenCache<Accepted<JudgedToken>>;
/** The token still stands, or why it does not; undefined when it must be verified anew. */
type Recheck = Outcome<JudgedToken> | undefined;

/** Makes the verifier. */
export function createTokenVerifier(trusts: Trusts, runtime: Runtime, options: TokenCacheOptions = {}): TokenVerifier {
  const cache = options === false ? undefined : createTokenCache<Accepted<JudgedToken>>(options);

  const judge = (jws: ParsedJws, { record, prove }: Trust, key: VerificationKey): Outcome<JudgedToken> => {
    const algorithm = jws.algorithm as Algorithm;
    if (!verifyJws(jws, key, algorithm)) return refuse('TOKEN_SIGNATURE_INVALID', 'signature');
    rememberHeader(jws);
    const token = verifyClaims(jws.payload, record, { now: runtime.clock.now(), audience: runtime.audience });
    if (!token.ok) return token;
    prove?.();
    const { keyId, type = '' } = jws;
    const { fingerprint: keyFingerprint, keyId: publishedKeyId } = key;
    return { ok: true, value: { record, token: token.value, type, algorithm, keyId, keyFingerprint, publishedKeyId } };
  };

  const verifyWith = (jws: ParsedJws, trust: Trust): MaybePromise<Outcome<JudgedToken>> => {
    const refused = judgeHeader(jws, trust.record);
    if (refused !== undefined) return refused;
    const selector = { keyId: jws.keyId, algorithm: jws.algorithm as Algorithm };
    return whenKnown(trust.keys.find(selector), (key) => (key.ok ? judge(jws, trust, key.value) : key));
  };

  const verifyUnknown = (text: string): MaybePromise<Outcome<JudgedToken>> => {
    const parsed = parseJws(text);
    if (!parsed.ok) return parsed;
    return whenKnown(selectTrust(trusts, parsed.value.payload), (trust) =>
      trust.ok ? verifyWith(parsed.value, trust.value) : trust,
    );
  };

  const verifyAnew = (text: string, key: string, memory: Memory): MaybePromise<Outcome<JudgedToken>> =>
    whenKnown(verifyUnknown(text), (outcome) => {
      if (outcome.ok) memory.set(key, outcome, text.length);
      return outcome;
    });

  const recheckKey = (known: Accepted<JudgedToken>, key: Outcome<VerificationKey>): Recheck => {
    if (!key.ok) return key;
    const { keyFingerprint, record, token } = known.value;
    if (key.value.fingerprint !== keyFingerprint) return undefined;
    return judgeTimes(token.times, record, runtime.clock.now()) ?? known;
  };

  const recheckTrust = (known: Accepted<JudgedToken>, found: Outcome<Trust>): MaybePromise<Recheck> => {
    if (!found.ok) return found;
    const { record, keyId, algorithm } = known.value;
    if (found.value.record !== record || algorithm === undefined) return undefined;
    const key = found.value.keys.find({ keyId, algorithm });
    return key instanceof Promise ? key.then((late) => recheckKey(known, late)) : recheckKey(known, key);
  };

  /** What time can change about a token that was accepted. Written out, without closures: every request runs it. */
  const recheck = (known: Accepted<JudgedToken>): MaybePromise<Recheck> => {
    const found = trusts.find(known.value.record.issuer);
    return found instanceof Promise ? found.then((late) => recheckTrust(known, late)) : recheckTrust(known, found);
  };

  return {
    verify: (text) => {
      if (cache === undefined) return verifyUnknown(text);
      const key = cache.keyOf(text);
      const known = cache.get(key);
      if (known === undefined) return verifyAnew(text, key, cache);
      const outcome = recheck(known);
      if (outcome === known) return known;
      return whenKnown(outcome, (late) => {
        if (late?.ok !== true) cache.delete(key);
        return late ?? verifyAnew(text, key, cache);
      });
    },
    ready: () => trusts.ready(),
    close: () => trusts.close(),
  };
}
