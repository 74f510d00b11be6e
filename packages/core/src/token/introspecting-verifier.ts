/**
 * Verifies tokens with the help of their issuers: a token that is no JWT goes to the one issuer that is to be asked
 * about such tokens. A JWT is always verified here first; what does not verify is never sent anywhere.
 */
import { setMaxListeners } from 'node:events';
import type { FaultCollector } from '../errors/configuration-error.ts';
import { accept, refuse, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import { whenKnown } from '../errors/when-known.ts';
import type { Waiver } from '../errors/waiver.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { maximumTokenLength } from '../signature/jws.ts';
import type { KeySource } from '../signature/key-source.ts';
import { claimsToConfirm, confirmActive } from './confirm-active.ts';
import type { AskedRecord } from './introspection-options.ts';
import { createIntrospector, type Introspector } from './introspector.ts';
import type { IssuerRecord } from './issuer.ts';
import { JudgedToken } from './judged-token.ts';
import type { TokenVerifier } from './token-verifier.ts';
import type { Trusts } from './trusts.ts';

function isAsked(record: IssuerRecord): record is AskedRecord {
  return record.introspection !== undefined;
}

/** Adds the faults of introspection that only several records together have. */
export function checkIntrospections(faults: FaultCollector, records: readonly IssuerRecord[]): void {
  const asked = records.filter(isAsked);
  if (asked.length < 2) return;
  const fix = 'keep it on one issuer: a token that is no JWT does not say whom to ask';
  faults.add('CONFIG_CONFLICT', 'issuers', 'name introspection more than once', fix);
}

/** The waivers of introspection, by option path. */
export function introspectionWaivers(records: readonly IssuerRecord[]): Readonly<Record<string, Waiver>> {
  const waivers: Record<string, Waiver> = {};
  for (const { issuer, introspection } of records) {
    const waiver = introspection?.allowMissingAudience;
    if (waiver !== undefined) waivers[`introspection.allowMissingAudience(${issuer})`] = waiver;
  }
  return waivers;
}

/** Whether a token is no JWS (RFC 7515 §7.1): it has other than three segments. */
function isOpaque(token: string): boolean {
  const first = token.indexOf('.');
  const second = first === -1 ? -1 : token.indexOf('.', first + 1);
  return second === -1 || token.includes('.', second + 1);
}

/** The issuers of a service. */
interface KnownIssuers {
  /** Those that are known at start. */
  readonly records: readonly IssuerRecord[];
  /** Whether there are no others. */
  readonly areAll: boolean;
  readonly trusts: Pick<Trusts, 'find'>;
}

/**
 * Puts introspection beside a verifier of JWTs. `records` are those that are known at start: one of them may answer for
 * tokens that are no JWT. When they are all there is and none is to be asked, the verifier stays as it is.
 */
export function withIntrospection(
  verifier: TokenVerifier,
  { records, areAll, trusts }: KnownIssuers,
  runtime: Runtime,
): TokenVerifier {
  const opaque = records.find(isAsked);
  if (opaque === undefined && areAll) return verifier;
  const closing = new AbortController();
  // Every question listens. There are at most as many as an introspector lets be under way.
  setMaxListeners(0, closing.signal);
  const introspectors = new WeakMap<IssuerRecord, Introspector>();

  const keysOf = (issuer: string): MaybePromise<KeySource | undefined> =>
    whenKnown(trusts.find(issuer), (trust) => (trust.ok ? trust.value.keys : undefined));

  const introspectorOf = (record: AskedRecord): Introspector => {
    const known = introspectors.get(record);
    if (known !== undefined) return known;
    const made = createIntrospector(record, runtime, { signal: closing.signal, keysOf });
    introspectors.set(record, made);
    return made;
  };

  const verifyOpaque = (token: string, record: AskedRecord): MaybePromise<Outcome<JudgedToken>> => {
    if (token.length > maximumTokenLength) {
      return refuse('TOKEN_MALFORMED', 'token.length', { expected: `at most ${maximumTokenLength} characters` });
    }
    return whenKnown(introspectorOf(record).introspect(token), (known) => {
      if (!known.ok) return known;
      const unsigned = { type: 'opaque', algorithm: undefined, keyId: undefined, keyFingerprint: undefined };
      return accept(new JudgedToken({ record, token: known.value, ...unsigned }));
    });
  };

  const confirm = (text: string, judged: JudgedToken, record: AskedRecord): MaybePromise<Outcome<JudgedToken>> =>
    whenKnown(introspectorOf(record).introspect(text, claimsToConfirm(judged)), (known) => {
      if (!known.ok) return known;
      const token = confirmActive(judged.token, known.value);
      return token.ok ? accept(judged.narrowedTo(token.value)) : token;
    });

  const verifySigned = (token: string): MaybePromise<Outcome<JudgedToken>> =>
    whenKnown(verifier.verify(token), (judged) => {
      if (!judged.ok) return judged;
      const { record } = judged.value;
      return isAsked(record) && record.introspection.tokens === 'all' ? confirm(token, judged.value, record) : judged;
    });

  return {
    verify: (token) => (opaque !== undefined && isOpaque(token) ? verifyOpaque(token, opaque) : verifySigned(token)),
    ready: async () => {
      await Promise.all([verifier.ready(), opaque && introspectorOf(opaque).ready()]);
    },
    close: async () => {
      closing.abort();
      await verifier.close();
    },
  };
}
