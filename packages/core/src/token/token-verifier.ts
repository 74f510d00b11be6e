/**
 * From the text of a token to its claims: one verifier for all issuers of a service. Keys are looked up in the record
 * that the unverified claims selected, and nowhere else.
 *
 * A token that was accepted is remembered, and believed again only after the checks that time can change: its key still
 * stands at the issuer, its record is the same, and its dates hold. A refused token is never remembered.
 */
import { accept, refuse, type Accepted, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import { whenKnown } from '../errors/when-known.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Algorithm } from '../signature/algorithms.ts';
import { parseJws, rememberHeader, verifyJws, type ParsedJws } from '../signature/jws.ts';
import type { KeySelector } from '../signature/key-source.ts';
import type { VerificationKey } from '../signature/verification-key.ts';
import { judgeHeader } from './judge-header.ts';
import { isWithin, judgeTimes, standingTimeOf, type StandingTime } from './judge-times.ts';
import { JudgedToken } from './judged-token.ts';
import { selectTrust } from './select-trust.ts';
import type { TokenCacheOptions } from './token-cache-options.ts';
import { createTokenCache, weightOf, type TokenCache, type Weighed } from './token-cache.ts';
import type { Trust, Trusts } from './trusts.ts';
import { verifyClaims } from './verify-token.ts';

/** Verifies tokens. */
export interface TokenVerifier {
  /** Synchronous when issuer and key are in hand. Never throws. */
  verify(token: string): MaybePromise<Outcome<JudgedToken>>;
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** That a token was accepted, as it is answered every time, with the time for which its dates need no other look. */
interface Remembered extends Accepted<JudgedToken>, StandingTime, Weighed {}

type Memory = TokenCache<Remembered>;
/** The token still stands, or why it does not; undefined when it must be verified anew. */
type Recheck = Outcome<JudgedToken> | undefined;

/** Whether the token says itself which key of its issuer it needs. */
function isSigned(judged: JudgedToken): judged is JudgedToken & KeySelector {
  return judged.algorithm !== undefined;
}

/** Makes the verifier. */
export function createTokenVerifier(trusts: Trusts, runtime: Runtime, options: TokenCacheOptions = {}): TokenVerifier {
  const cache = options === false ? undefined : createTokenCache<Remembered>(options);

  const judge = (jws: ParsedJws, { record, prove }: Trust, key: VerificationKey): Outcome<JudgedToken> => {
    const algorithm = jws.algorithm as Algorithm;
    if (!verifyJws(jws, key, algorithm)) return refuse('TOKEN_SIGNATURE_INVALID', 'signature');
    rememberHeader(jws);
    const token = verifyClaims(jws.payload, record, { now: runtime.clock.now(), audience: runtime.audience });
    if (!token.ok) return token;
    prove?.();
    const { keyId, type = '' } = jws;
    const { fingerprint: keyFingerprint, keyId: publishedKeyId } = key;
    const facts = { record, token: token.value, type, algorithm, keyId, keyFingerprint, publishedKeyId };
    return accept(new JudgedToken(facts));
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
      if (!outcome.ok) return outcome;
      const { value } = outcome;
      const { from, until } = standingTimeOf(value.token.times, value.record);
      const known: Remembered = { ok: true, value, from, until, bytes: weightOf(text) };
      memory.set(key, known);
      return known;
    });

  const recheckKey = (known: Remembered, key: Outcome<VerificationKey>): Recheck => {
    if (!key.ok) return key;
    const { keyFingerprint, record, token } = known.value;
    if (key.value.fingerprint !== keyFingerprint) return undefined;
    const now = runtime.clock.now();
    if (isWithin(known, now)) return known;
    return judgeTimes(token.times, record, now) ?? known;
  };

  const recheckTrust = (known: Remembered, found: Outcome<Trust>): MaybePromise<Recheck> => {
    if (!found.ok) return found;
    const { value } = known;
    if (found.value.record !== value.record || !isSigned(value)) return undefined;
    const key = found.value.keys.find(value);
    return key instanceof Promise ? key.then((late) => recheckKey(known, late)) : recheckKey(known, key);
  };

  /** What time can change about a token that was accepted. Written out, without closures: every request runs it. */
  const recheck = (known: Remembered): MaybePromise<Recheck> => {
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
      if (outcome === known) return outcome;
      return whenKnown(outcome, (late) => {
        if (late?.ok !== true) cache.delete(key);
        return late ?? verifyAnew(text, key, cache);
      });
    },
    ready: () => trusts.ready(),
    close: () => trusts.close(),
  };
}
