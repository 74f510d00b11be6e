/**
 * Whether an accepted token has been revoked since: by its id, subject, client, signing key, or time of issue. Asked for
 * every request, for remembered tokens too. A store that cannot tell refuses (fail closed), unless a waiver in force
 * says otherwise.
 */
import type { MaybePromise, Refusal } from '../errors/outcome.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import type { Evidence } from '../identity/evidence.ts';
import type { Runtime } from '../runtime/runtime.ts';
import {
  createRevocationCheck,
  type RevocationJudgement,
  type RevocationSettings,
  type Standing,
} from '../store/revocation-check.ts';
import { revocationName, type RevocationKind } from '../store/revocation-store.ts';
import type { JudgedToken } from './judged-token.ts';

/** What was made of a token. */
export type EvidentIdentity = Pick<VerifiedIdentity, 'evidence'>;

/** Asks about tokens. */
export interface TokenRevocation {
  /** Judges a token. At once when the store answers at once. */
  judge(judged: JudgedToken): MaybePromise<RevocationJudgement>;
  /** Notes which token an identity came from, so that its evidence can be judged again. */
  follow(identity: EvidentIdentity, judged: JudgedToken): void;
  /** Judges the token behind a piece of evidence again, by the latest answer that is known. */
  recheck(evidence: Evidence): Refusal | undefined;
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

/** Whether the caller was let on without an answer of the store. */
function wasUnchecked(evidence: Evidence): boolean {
  return evidence.kind === 'access-token' && evidence.revocation !== undefined;
}

/** Begins to ask. */
export function createTokenRevocation(settings: RevocationSettings, runtime: Runtime): TokenRevocation {
  const check = createRevocationCheck(settings, 'token', runtime);
  const followed = new WeakMap<Evidence, Standing>();

  const beside = (judged: JudgedToken): Standing => {
    const known = judged.standing;
    if (known?.store === settings.store) return known;
    const begun = check.begin(revocationNamesOf(judged), judged.token.issuedAt);
    judged.standing = begun;
    judged.followed = undefined;
    return begun;
  };

  return {
    judge: (judged) => check.judge(beside(judged)),
    follow: (identity, judged) => {
      const standing = beside(judged);
      const isFollowed = judged.followed === identity;
      // A remembered token makes the same identity on every request. It stands at this revision, and nothing else was said.
      if (isFollowed && standing.stoodAt !== undefined) return;
      if (!isFollowed) followed.set(identity.evidence, standing);
      judged.followed = identity;
      // It was just found standing; or nothing was found out, which takes back nothing.
      if (!wasUnchecked(identity.evidence)) standing.said = undefined;
    },
    recheck: (evidence) => {
      const known = followed.get(evidence);
      if (known === undefined) return undefined;
      // A connection that was let on without an answer, by a waiver of its route, needs none now.
      return check.recheck(known, wasUnchecked(evidence));
    },
  };
}
