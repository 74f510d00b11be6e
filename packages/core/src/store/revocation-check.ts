/**
 * Whether something accepted has been revoked since: a token, or a certificate. Asked for every request, also for what
 * is remembered. A store that cannot tell refuses (fail closed), unless a waiver in force says otherwise.
 */
import { refuse, type MaybePromise, type Refusal } from '../errors/outcome.ts';
import { isWaiverInForce, type Waiver } from '../errors/waiver.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { askStore, type StoreAnswer } from './ask-store.ts';
import type { RevocationStore } from './revocation-store.ts';
import { createTellOutage } from './store-outage.ts';

/**
 * A refusal; `undefined` when the thing stands; or that the store could not tell, which is no pass: only a waiver, of
 * the service or of the route, lets such a caller on.
 */
export type RevocationJudgement = Refusal | 'unchecked' | 'waived' | undefined;

/** How things are revoked. */
export interface RevocationSettings {
  readonly store: RevocationStore;
  /** Lets requests pass while the store cannot tell. */
  readonly allowOutage: Waiver | undefined;
}

/** What is kept beside a token or certificate, for as long as that is remembered. */
export interface Standing {
  /** The store that is asked about it. */
  readonly store: RevocationStore;
  /** The digests of `revocationName`, made once. */
  readonly names: readonly string[];
  /** Epoch milliseconds; unknown is older than every order. */
  readonly issuedAt: number | undefined;
  /** The revision of the store at which it was found standing last, where the store has revisions. */
  stoodAt: number | undefined;
  /** What the store said last, for stores that answer late. */
  said: RevocationJudgement;
  /** Whether it is being asked for a connection. */
  asking: boolean;
}

/** Asks a store. */
export interface RevocationCheck {
  begin(names: readonly string[], issuedAt: number | undefined): Standing;
  /** Judges. At once when the store answers at once. */
  judge(standing: Standing): MaybePromise<RevocationJudgement>;
  /**
   * Judges again for a long-lived connection. With a store that answers late, the answer is the latest one known, and
   * the store is asked for the next time. A connection that was let on unchecked needs no answer now.
   */
  recheck(standing: Standing, wasUnchecked: boolean): Refusal | undefined;
}

/** The refusal of a credential about which the store could not tell. */
export const revocationUnknown: Refusal = refuse('REVOCATION_STORE_UNAVAILABLE', 'revocation', {
  expected: 'an answer of the revocation store',
});

/** A store that fails here is asked, and fails there. */
function revisionOf(store: RevocationStore): number | undefined {
  try {
    return store.revision?.();
  } catch {
    return undefined;
  }
}

/** What is revoked. */
export type RevokedKind = 'token' | 'certificate';

const reasonOf = { token: 'TOKEN_REVOKED', certificate: 'CERTIFICATE_REVOKED' } as const satisfies Record<
  RevokedKind,
  string
>;

/** Begins to ask about things of one kind. */
export function createRevocationCheck(
  { store, allowOutage }: RevocationSettings,
  kind: RevokedKind,
  runtime: Runtime,
): RevocationCheck {
  const tellOutage = createTellOutage('revocation', runtime);

  const unavailable = (problem: string): 'unchecked' | 'waived' => {
    const waived = allowOutage !== undefined && isWaiverInForce(allowOutage, runtime.clock.now());
    tellOutage(problem, waived);
    return waived ? 'waived' : 'unchecked';
  };

  const conclude = ({ issuedAt }: Standing, answer: StoreAnswer<number | undefined>): RevocationJudgement => {
    if (!answer.told) return unavailable(answer.problem);
    const { value: until } = answer;
    if (until === undefined) return undefined;
    // A store written in JavaScript can answer anything; no number says nothing about this credential.
    if (typeof until !== 'number' || Number.isNaN(until)) return unavailable('an answer that is no instant');
    // What does not say when it was issued may be older than the order.
    if (issuedAt !== undefined && issuedAt > until) return undefined;
    return refuse(reasonOf[kind], 'revocation', {
      expected: until === Infinity ? `a ${kind} that is not revoked` : `issued after ${until}`,
      actual: `issued at ${issuedAt ?? 'an unknown time'}`,
    });
  };

  const judge = (standing: Standing): MaybePromise<RevocationJudgement> => {
    const revision = revisionOf(store);
    if (revision !== undefined && standing.stoodAt === revision) return undefined;
    standing.stoodAt = undefined;
    const answer = askStore(() => store.revokedUntil(standing.names));
    if (answer instanceof Promise) return answer.then((late) => conclude(standing, late));
    if (answer.told && answer.value === undefined) standing.stoodAt = revision;
    return conclude(standing, answer);
  };

  return {
    begin: (names, issuedAt) => ({
      store,
      names: Object.freeze(names),
      issuedAt,
      stoodAt: undefined,
      said: undefined,
      asking: false,
    }),
    judge,
    recheck: (standing, wasUnchecked) => {
      const refusalOf = (said: RevocationJudgement): Refusal | undefined => {
        if (said === 'unchecked') return wasUnchecked ? undefined : revocationUnknown;
        return said === 'waived' ? undefined : said;
      };
      // One question at a time for each credential: many messages do not make many questions.
      if (standing.asking) return refusalOf(standing.said);
      const judged = judge(standing);
      if (!(judged instanceof Promise)) return refusalOf(judged);
      standing.asking = true;
      void judged.then((said) => {
        standing.said = said;
        standing.asking = false;
      });
      return refusalOf(standing.said);
    },
  };
}
