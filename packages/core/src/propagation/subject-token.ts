/**
 * The token that a caller presented, kept so that it can be exchanged for a narrower one (RFC 8693). It is never sent to
 * another service. It hangs on the caller object and on nothing else: no member of a caller holds it, so that no log,
 * audit event or answer can.
 */
import type { Secret } from '../errors/secret.ts';
import type { Caller } from '../identity/caller.ts';

/** A verified token that came with a request. */
export interface SubjectToken {
  readonly token: Secret;
  /** Who issued it. */
  readonly issuer: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Who may act with it (`may_act`, RFC 8693 §4.4), when the token says it. */
  readonly mayAct?: { readonly issuer?: string; readonly subject: string };
}

const tokens = new WeakMap<Caller, SubjectToken>();

/** Keeps the token of a caller for as long as the caller object lives. */
export function keepSubjectToken(caller: Caller, token: SubjectToken): void {
  tokens.set(caller, token);
}

/** The token that this caller presented; undefined when it presented none, such as with a certificate only. */
export function subjectTokenOf(caller: Caller): SubjectToken | undefined {
  return tokens.get(caller);
}
