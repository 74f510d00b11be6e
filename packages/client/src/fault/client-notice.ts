/** What the client wants told outside any one call. Never a credential. A logger that throws disturbs nothing. */
import type { Logger } from '@countersign/core';

/** Codes of notices, with those of `ClientAuthenticationWarning`. Public API: additive. */
export type ClientNoticeCode =
  | 'TOKEN_RENEWED'
  | 'TOKEN_RENEWAL_FAILED'
  | 'TOKEN_SCOPES_NARROWED'
  | 'WAIVER_IN_FORCE'
  | 'CLIENT_SECRET_SHARED'
  | 'CLIENT_SECRET_OLD'
  | 'CLIENT_SECRET_UNREADABLE';

/** One notice. */
export interface ClientNotice {
  readonly code: ClientNoticeCode;
  readonly level: 'info' | 'warn';
  readonly message: string;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

/** Takes notices. */
export type ClientNoticeSink = (notice: ClientNotice) => void;

/** Sends notices to a logger, or nowhere. */
export function noticesTo(logger: Logger | undefined): ClientNoticeSink {
  return ({ code, level, message, facts }) => {
    try {
      logger?.[level]({ ...facts, code }, message);
    } catch {
      // A notice never decides a call.
    }
  };
}
