/**
 * What a part of the library wants told outside any one request: keys refreshed, a stale key used, a sink that drops
 * events, a waiver in force. Never a credential.
 */

/** Codes of notices. Public API: additive. */
export type NoticeCode =
  | 'KEYS_REFRESHED'
  | 'KEYS_REFRESH_FAILED'
  | 'KEYS_STALE_USED'
  | 'KEY_REFUSED'
  | 'PROFILE_RELAXED'
  | 'ISSUER_SOURCE_FAILED'
  | 'ISSUER_RECORD_REFUSED'
  | 'INTROSPECTION_FAILED'
  | 'INTROSPECTION_CREDENTIALS_REFUSED'
  | 'CLIENT_SECRET_SHARED'
  | 'CLIENT_SECRET_OLD'
  | 'CLIENT_SECRET_UNREADABLE'
  | 'STORE_UNAVAILABLE'
  | 'IDENTITY_CHANGED'
  | 'IDENTITY_RELOAD_FAILED'
  | 'IDENTITY_EXPIRING'
  | 'IDENTITY_EXPIRED'
  | 'SIGNING_KEY_CHANGED'
  | 'SIGNING_KEY_ENDING'
  | 'SIGNING_KEY_MISSING'
  | 'SIGNING_KEY_LATE'
  | 'SIGNING_KEYS_CHANGED'
  | 'SIGNING_KEYS_RELOAD_FAILED'
  | 'TRUST_BUNDLE_CHANGED'
  | 'TRUST_BUNDLE_RELOAD_FAILED'
  | 'TLS_UPDATED'
  | 'TLS_UPDATE_FAILED'
  | 'CONNECTIONS_CLOSED'
  | 'HANDSHAKE_FAILED'
  | 'HANDSHAKE_UNRECORDED'
  | 'CERTIFICATE_LIFETIME_LONG'
  | 'FORWARDED_IDENTITY_SPOOFED'
  | 'AUDIT_EVENT_DROPPED'
  | 'WAIVER_IN_FORCE'
  | 'WAIVER_EXPIRED'
  | 'OBSERVE_IN_FORCE'
  | 'OBSERVE_ENDED'
  | 'PIPELINE_FAULT';

/** One notice. */
export interface Notice {
  readonly code: NoticeCode;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  /** Safe facts for the operator: names, counts, seconds. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

/** Takes notices. Must not throw; what it throws is swallowed, because a notice never decides a request. */
export type NoticeSink = (notice: Notice) => void;
