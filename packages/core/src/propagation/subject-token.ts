/**
 * The token that a caller presented for a subject, kept so that it can be exchanged for a narrower one (RFC 8693). It is
 * never sent to another service. It hangs on the caller object and on nothing else: no member of a caller holds it, so
 * that no log, audit event or answer can.
 */
import type { Secret } from '../errors/secret.ts';
import type { Caller, VerifiedIdentity } from '../identity/caller.ts';
import type { MayAct } from '../identity/delegation.ts';
import type { ScopeSet } from '../identity/scope-set.ts';
import { processState } from './process-state.ts';

/** A verified token that came with a request. */
export interface SubjectToken {
  /** As it was presented: a JWT, or an opaque text. It may be bound to a key of the caller: whether that can be
   * exchanged is for the issuer to say. */
  readonly token: Secret;
  /** Who issued it. */
  readonly issuer: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** What it grants. */
  readonly scopes: ScopeSet;
  /** Who may act with it (`may_act`, RFC 8693 §4.4), when the token says it. */
  readonly mayAct?: MayAct;
}

/** What a token can hang on: what it proved, and the caller made of that. */
type Holder = Caller | VerifiedIdentity;

const tokens = processState.subjectTokens as WeakMap<Holder, SubjectToken>;

/** Keeps a token for as long as its holder lives. */
export function keepSubjectToken(holder: Holder, token: SubjectToken): void {
  tokens.set(holder, Object.freeze(token));
}

/** Keeps the token of one holder, if it has one, for another that is made of it. */
export function passSubjectToken(from: Holder, to: Holder): void {
  const token = tokens.get(from);
  if (token !== undefined) tokens.set(to, token);
}

/**
 * The token that this caller presented for its subject. Undefined when it has no subject, and when its subject did not
 * come with a token that an authorization server issued.
 */
export function subjectTokenOf(caller: Caller): SubjectToken | undefined {
  return tokens.get(caller);
}
