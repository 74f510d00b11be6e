/** What a source wants told outside any one request. Never a key, never a token. A logger that throws disturbs nothing. */
import type { Logger } from '@countersign/core';

/** Codes of notices. Public API: additive. */
export type SpiffeNoticeCode =
  | 'WORKLOAD_API_DISCONNECTED'
  | 'WORKLOAD_API_DENIED'
  | 'WORKLOAD_API_FAILED'
  | 'WORKLOAD_API_MESSAGE_REFUSED'
  | 'SVID_UPDATED'
  | 'SVID_PICK_REFUSED'
  | 'SVID_WITHDRAWN'
  | 'SVID_EXPIRED'
  | 'JWT_SVID_RENEWED'
  | 'JWT_SVID_RENEWAL_FAILED'
  | 'TRUST_BUNDLES_UPDATED'
  | 'TRUST_BUNDLE_REFUSED'
  | 'BUNDLE_REFRESH_FAILED'
  | 'BUNDLE_OUTDATED';

/** One notice. */
export interface SpiffeNotice {
  readonly code: SpiffeNoticeCode;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  /** Safe facts for the operator: ids, counts, seconds. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

/** Takes notices. */
export type SpiffeNoticeSink = (notice: SpiffeNotice) => void;

/** Sends notices to a logger, or nowhere. */
export function noticesTo(logger: Logger | undefined): SpiffeNoticeSink {
  return ({ code, level, message, facts }) => {
    try {
      logger?.[level]({ ...facts, code }, message);
    } catch {
      // A notice never decides anything.
    }
  };
}
