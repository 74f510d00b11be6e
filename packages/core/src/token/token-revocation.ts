/**
 * Whether an accepted token has been revoked since: by its id, subject, client, signing key, or time of issue. Asked for
 * every request, for remembered tokens too. A store that cannot tell refuses (fail closed), unless a waiver in force
 * says otherwise.
 */
import { refuse, type MaybePromise, type Refusal } from '../errors/outcome.ts';
import { isWaiverInForce, type Waiver } from '../errors/waiver.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import type { Evidence, UncheckedRevocation } from '../identity/evidence.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { askStore, type StoreAnswer } from '../store/ask-store.ts';
import { revocationName, type RevocationKind, type RevocationStore } from '../store/revocation-store.ts';
import { createTellOutage } from '../store/store-outage.ts';
import type { JudgedToken } from './judged-token.ts';

/**
 * A refusal; `undefined` when the token stands; or that the store could not tell, which is no pass: only a waiver, of
 * the service or of the route, lets such a caller on.
 */
export type RevocationJudgement = Refusal | UncheckedRevocation | undefined;

/** What was made of a token. */
export type EvidentIdentity = Pick<VerifiedIdentity, 'evidence'>;

/** Asks about tokens. */
export interface TokenRevocation {
  /** Judges a token. At once when the store answers at once. */
  judge(judged: JudgedToken): MaybePromise<RevocationJudgement>;
  /** Notes which token an identity came from, so that its evidence can be judged again. */
  follow(identity: EvidentIdentity, judged: JudgedToken): void;
  /**
   * Judges the token behind a piece of evidence again. With a store that answers late, the answer is the latest one
   * known, and the store is asked for the next time.
   */
  recheck(evidence: Evidence): Refusal | undefined;
}

/** How tokens are revoked. */
export interface RevocationSettings {
  readonly store: RevocationStore;
  /** Lets requests pass while the store cannot tell. */
  readonly allowOutage: Waiver | undefined;
}

/** What is kept beside a token, for as long as that is remembered. */
export interface Standing {
  readonly judged: JudgedToken;
  /** The store that is asked about it. */
  readonly store: RevocationStore;
  /** The digests are made once. */
  readonly names: readonly string[];
  /** What the store said last, for stores that answer late. */
  said: RevocationJudgement;
  /** Whether it is being asked for a connection. */
  asking: boolean;
}

/** The names by which a token can be revoked. */
export function revocationNamesOf(judged: JudgedToken): readonly string[] {
  const { record, token, keyId, publishedKeyId, keyFingerprint } = judged;
  const { clientId, subject } = token.identity;
  // The outermost actor is the caller (RFC 8693 §4.1), so it counts as the client as well.
  const [actor] = token.actors;
  const caller = actor ?? clientId;
  const values: readonly (readonly [RevocationKind, string | undefined])[] = [
    ['jti', token.jti],
    ['subject', token.sub ?? subject?.id ?? caller],
    ['client', clientId],
    ['client', actor],
    // A stolen key signs under any id, or under none: the key itself counts, not what the token says of it.
    ['key', keyId],
    ['key', publishedKeyId],
    ['key', keyFingerprint],
  ];
  const names = new Set([revocationName('issuer', record.issuer)]);
  for (const [kind, value] of values) if (value !== undefined) names.add(revocationName(kind, record.issuer, value));
  return [...names];
}

/** The refusal of a token about which the store could not tell. */
export const revocationUnknown: Refusal = refuse('REVOCATION_STORE_UNAVAILABLE', 'revocation', {
  expected: 'an answer of the revocation store',
});

/** Whether the caller was let on without an answer of the store. */
function wasUnchecked(evidence: Evidence): boolean {
  return evidence.kind === 'access-token' && evidence.revocation !== undefined;
}

/** A store that fails here is asked, and fails there. */
function revisionOf(store: RevocationStore): number | undefined {
  try {
    return store.revision?.();
  } catch {
    return undefined;
  }
}

/** Begins to ask. */
export function createTokenRevocation({ store, allowOutage }: RevocationSettings, runtime: Runtime): TokenRevocation {
  const tellOutage = createTellOutage('revocation', runtime);
  const followed = new WeakMap<Evidence, Standing>();

  const beside = (judged: JudgedToken): Standing => {
    const known = judged.standing;
    if (known?.store === store) return known;
    const names = Object.freeze(revocationNamesOf(judged));
    const begun: Standing = { judged, store, names, said: undefined, asking: false };
    judged.standing = begun;
    judged.stoodAt = undefined;
    judged.followed = undefined;
    return begun;
  };

  const unavailable = (problem: string): UncheckedRevocation => {
    const waived = allowOutage !== undefined && isWaiverInForce(allowOutage, runtime.clock.now());
    tellOutage(problem, waived);
    return waived ? 'waived' : 'unchecked';
  };

  const conclude = ({ token }: JudgedToken, answer: StoreAnswer<number | undefined>): RevocationJudgement => {
    if (!answer.told) return unavailable(answer.problem);
    const { value: until } = answer;
    if (until === undefined) return undefined;
    // A store written in JavaScript can answer anything; no number says nothing about this token.
    if (typeof until !== 'number' || Number.isNaN(until)) return unavailable('an answer that is no instant');
    // A token that does not say when it was issued may be older than the order.
    if (token.issuedAt !== undefined && token.issuedAt > until) return undefined;
    return refuse('TOKEN_REVOKED', 'revocation', {
      expected: until === Infinity ? 'a token that is not revoked' : `issued after ${until}`,
      actual: `issued at ${token.issuedAt ?? 'an unknown time'}`,
    });
  };

  const judge = (judged: JudgedToken): MaybePromise<RevocationJudgement> => {
    const revision = revisionOf(store);
    if (revision !== undefined && judged.stoodAt === revision) return undefined;
    const { names } = beside(judged);
    judged.stoodAt = undefined;
    const answer = askStore(() => store.revokedUntil(names));
    if (answer instanceof Promise) return answer.then((late) => conclude(judged, late));
    if (answer.told && answer.value === undefined) judged.stoodAt = revision;
    return conclude(judged, answer);
  };

  return {
    judge,
    follow: (identity, judged) => {
      const isFollowed = judged.followed === identity;
      // A remembered token makes the same identity on every request. It stands at this revision, and nothing else was said.
      if (isFollowed && judged.stoodAt !== undefined) return;
      const token = beside(judged);
      if (!isFollowed) followed.set(identity.evidence, token);
      judged.followed = identity;
      // It was just found standing; or nothing was found out, which takes back nothing.
      if (!wasUnchecked(identity.evidence)) token.said = undefined;
    },
    recheck: (evidence) => {
      const known = followed.get(evidence);
      if (known === undefined) return undefined;
      // A connection that was let on without an answer, by a waiver of its route, needs none now.
      const refusalOf = (said: RevocationJudgement): Refusal | undefined => {
        if (said === 'unchecked') return wasUnchecked(evidence) ? undefined : revocationUnknown;
        return said === 'waived' ? undefined : said;
      };
      // One question at a time for each token: many messages do not make many questions.
      if (known.asking) return refusalOf(known.said);
      const judged = judge(known.judged);
      if (!(judged instanceof Promise)) return refusalOf(judged);
      known.asking = true;
      void judged.then((said) => {
        known.said = said;
        known.asking = false;
      });
      return refusalOf(known.said);
    },
  };
}
