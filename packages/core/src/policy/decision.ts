/** What a policy answers: allow or deny, with the rule that decided. */
import type { Reason } from '../errors/reason.ts';

/** The request may go on. */
export interface AllowDecision {
  readonly effect: 'allow';
  /** Which rule decided. */
  readonly rule: string;
}

/** Reasons a policy may give. */
export type PolicyReason = Extract<
  Reason,
  | 'CALLER_NOT_ALLOWED'
  | 'SCOPE_INSUFFICIENT'
  | 'SUBJECT_REQUIRED'
  | 'SUBJECT_NOT_ALLOWED'
  | 'ACTOR_NOT_ALLOWED'
  | 'TENANT_NOT_ALLOWED'
  | 'POLICY_DENIED'
  | 'ROUTE_UNDECLARED'
>;

/** The request may not. */
export interface DenyDecision {
  readonly effect: 'deny';
  readonly rule: string;
  readonly reason: PolicyReason;
  /** Scopes that would help, for the challenge of RFC 6750 §3.1. */
  readonly scope?: readonly string[];
}

/** A policy's answer. */
export type Decision = AllowDecision | DenyDecision;
