/**
 * From the text of a token to its claims: one verifier for all issuers of a service. The unverified `iss` selects an
 * issuer record by its exact text and does nothing else; keys are looked up in that record only.
 */
import { refuse, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { isAlgorithm, type Algorithm } from '../signature/algorithms.ts';
import { parseJws, verifyJws, type ParsedJws } from '../signature/jws.ts';
import type { KeySource } from '../signature/key-source.ts';
import type { LocateKeys } from '../signature/locate-keys.ts';
import { createRemoteKeySet } from '../signature/remote-key-set.ts';
import type { VerificationKey } from '../signature/verification-key.ts';
import { locateKeys } from './discovery.ts';
import type { IssuerRecord } from './issuer.ts';
import { isTypeOf } from './profile.ts';
import { verifyClaims, type VerifiedToken } from './verify-token.ts';

/** A token that stood every check, with the record that judged it. */
export interface JudgedToken {
  readonly record: IssuerRecord;
  readonly token: VerifiedToken;
  readonly type: string;
  readonly algorithm: Algorithm;
  readonly keyId: string | undefined;
}

/** Verifies tokens. */
export interface TokenVerifier {
  /** Synchronous when the key is in hand. Never throws. */
  verify(token: string): MaybePromise<Outcome<JudgedToken>>;
  ready(): Promise<void>;
  close(): Promise<void>;
}

interface Trust {
  readonly record: IssuerRecord;
  readonly keys: KeySource;
}

/** Makes the verifier for these issuers. */
export function createTokenVerifier(records: readonly IssuerRecord[], runtime: Runtime): TokenVerifier {
  const trusts = new Map<string, Trust>();
  for (const record of records) {
    const { issuer, keySet } = record;
    const locate: LocateKeys = (signal) => locateKeys(record, runtime, signal);
    trusts.set(issuer, { record, keys: keySet ?? createRemoteKeySet({ issuer, locate, runtime }) });
  }

  const judge = (jws: ParsedJws, trust: Trust, found: FoundKey): Outcome<JudgedToken> => {
    const { algorithm, key } = found;
    if (!key.ok) return key;
    if (!verifyJws(jws, key.value, algorithm)) return refuse('TOKEN_SIGNATURE_INVALID', 'signature');
    const { record } = trust;
    const context = { now: runtime.clock.now(), audience: runtime.audience };
    const token = verifyClaims(jws.payload, record, context);
    if (!token.ok) return token;
    const { keyId, type = '' } = jws;
    return { ok: true, value: { record, token: token.value, type, algorithm, keyId } };
  };

  return {
    verify: (text) => {
      const parsed = parseJws(text);
      if (!parsed.ok) return parsed;
      const jws = parsed.value;
      const { iss } = jws.payload;
      const trust = typeof iss === 'string' ? trusts.get(iss) : undefined;
      if (trust === undefined) {
        return refuse(
          'TOKEN_ISSUER_UNKNOWN',
          'iss',
          typeof iss === 'string' ? { actual: iss } : { expected: 'a text' },
        );
      }
      const { profile, algorithms } = trust.record;
      if (!isTypeOf(profile, jws.type)) {
        return refuse('TOKEN_TYPE_UNEXPECTED', 'typ', { expected: profile.name, actual: jws.type ?? 'none' });
      }
      const { algorithm } = jws;
      if (!isAlgorithm(algorithm) || !algorithms.has(algorithm)) {
        return refuse('TOKEN_ALGORITHM_REFUSED', 'alg', { expected: [...algorithms].join(' '), actual: algorithm });
      }
      const key = trust.keys.find({ keyId: jws.keyId, algorithm });
      return key instanceof Promise
        ? key.then((late) => judge(jws, trust, { algorithm, key: late }))
        : judge(jws, trust, { algorithm, key });
    },
    ready: async () => {
      await Promise.all([...trusts.values()].map(async ({ keys }) => keys.ready?.()));
    },
    close: async () => {
      await Promise.all([...trusts.values()].map(async ({ keys }) => keys.close?.()));
    },
  };
}

interface FoundKey {
  readonly algorithm: Algorithm;
  readonly key: Outcome<VerificationKey>;
}
