/** A source that has nothing to give. The error has no cause and holds no key and no token. */
import { safeText } from '@countersign/core';
import { spiffeFaults, type SpiffeFaultCode } from './spiffe-fault.ts';

/** Rejected with by `ready()` and by whatever asks for a credential. `code` is stable. */
export class SpiffeError extends Error {
  override readonly name = 'SpiffeError';
  readonly code: SpiffeFaultCode;
  readonly fix: string;
  /** Where was asked, and what was found: safe to show. */
  readonly detail: string | undefined;

  constructor(code: SpiffeFaultCode, detail?: string) {
    const { meaning, fix } = spiffeFaults[code];
    const shown = detail === undefined ? undefined : safeText(detail, longestDetail);
    super(`${meaning}${shown === undefined ? '' : ` ${shown}`} (${code}) Fix: ${fix}`);
    this.code = code;
    this.fix = fix;
    this.detail = shown;
  }
}

const longestDetail = 500;
