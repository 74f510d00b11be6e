/** One row of the table of reasons: what a refusal answers, and what the operator reads about it. */

/** OAuth error codes a resource server may put on the wire (RFC 6750 §3.1, RFC 9449 §7.1 and §9, RFC 9470 §3). */
export type OAuthError =
  | 'invalid_request'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'insufficient_user_authentication';

/** Who has to act: the caller, one of our dependencies, or this service. */
export type ReasonOwner = 'caller' | 'dependency' | 'service';

/** One row of the table. */
export interface ReasonRow {
  /** HTTP status of the refusal. */
  readonly status: 400 | 401 | 403 | 500 | 503;
  /** OAuth error of the challenge, or `null` when the challenge names none. */
  readonly oauthError: OAuthError | null;
  readonly owner: ReasonOwner;
  /** What the caller reads. Constant, and within the characters of RFC 6750 §3. */
  readonly publicSentence: string;
  /** What happened, for the operator. */
  readonly meaning: string;
  /** What the operator does about it. */
  readonly fix: string;
}
