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
  | 'BINDING_MISSING'
  | 'AUTHENTICATION_INSUFFICIENT'
  | 'POLICY_DENIED'
  | 'ROUTE_UNDECLARED'
>;

/** How the subject has to authenticate (RFC 9470 §3). At least one member. */
export interface StepUp {
  /** Accepted values of `acr`, in order of preference. */
  readonly acrValues?: readonly string[];
  /** Longest time since the subject authenticated, in whole seconds. */
  readonly maxAgeSeconds?: number;
}

/** The request may not. */
export interface DenyDecision {
  readonly effect: 'deny';
  readonly rule: string;
  readonly reason: PolicyReason;
  /** Scopes that would help, for the challenge of RFC 6750 §3.1. */
  readonly scope?: readonly string[];
  /** The authentication that would help, for the challenge of RFC 9470 §3. */
  readonly stepUp?: StepUp;
}

/** A policy's answer. */
export type Decision = AllowDecision | DenyDecision;
