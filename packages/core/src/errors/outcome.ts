/**
 * A refusal is a value. Everything that judges input returns an `Outcome` and never throws on input.
 */
import type { Reason } from './reason.ts';

/** The judged thing was good. */
export interface Accepted<T> {
  readonly ok: true;
  readonly value: T;
}

/** What the operator reads beside the reason. Never a credential, never raw header bytes. */
export interface RefusalDetail {
  /** The check that failed, e.g. `aud` or `certificate.keyUsage`. */
  readonly check: string;
  readonly expected?: string;
  /** What was found, when it is safe to show. Untrusted: sinks escape and truncate it. */
  readonly actual?: string;
}

/** The judged thing was not good, with the stable reason. */
export interface Refusal {
  readonly ok: false;
  readonly reason: Reason;
  readonly detail: RefusalDetail;
  /** For a caller whose proof needs one: the `DPoP-Nonce` of the answer (RFC 9449 §9). */
  readonly nonce?: string;
}

/** The result of a judgement. */
export type Outcome<T> = Accepted<T> | Refusal;

/** A value, or a promise of it: the fast path stays synchronous. */
export type MaybePromise<T> = T | Promise<T>;

export function accept<T>(value: T): Accepted<T> {
  return { ok: true, value };
}

export function refuse(
  reason: Reason,
  check: string,
  found: { readonly expected?: string; readonly actual?: string } = {},
): Refusal {
  return { ok: false, reason, detail: { check, ...found } };
}
