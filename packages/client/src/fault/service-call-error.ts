/**
 * A call that got no answer. The error is made from the table and from facts that are safe to show; it has no cause,
 * because errors of libraries quote headers and bodies, and those hold credentials.
 */
import { callFaults, type CallFaultCode } from './call-fault.ts';

/** What the operator reads beside the code. Never a credential, never bytes of a header or body. */
export interface CallFaultDetail {
  /** The check that failed, e.g. `certificate.uri` or `token_endpoint`. */
  readonly check?: string;
  readonly expected?: string;
  /** What was found, when it is safe to show. */
  readonly actual?: string;
  /** When the issuer asks to wait, in seconds. */
  readonly retryAfterSeconds?: number;
}

const longestShown = 200;

/** Control characters could forge log lines. */
function shown(text: string): string {
  const safe = text.replaceAll(/[^\x20-\x7e]/g, '?');
  return safe.length > longestShown ? `${safe.slice(0, longestShown)}…` : safe;
}

function describe({ check, expected, actual }: CallFaultDetail): string {
  const parts = [
    ...(check === undefined ? [] : [`check ${check}`]),
    ...(expected === undefined ? [] : [`expected ${expected}`]),
    ...(actual === undefined ? [] : [`found ${actual}`]),
  ];
  const sentence = parts.join(', ');
  return sentence === '' ? '' : ` ${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}

/** A call ended without an answer. `code` is stable. */
export class ServiceCallError extends Error {
  override readonly name = 'ServiceCallError';
  readonly code: CallFaultCode;
  readonly detail: CallFaultDetail;
  /** Whether the service may have got the request. */
  readonly requestSent: 'never' | 'maybe';
  readonly fix: string;

  constructor(code: CallFaultCode, detail: CallFaultDetail = {}) {
    const { meaning, fix, requestSent } = callFaults[code];
    const safe: CallFaultDetail = Object.freeze({
      ...detail,
      ...(detail.expected !== undefined && { expected: shown(detail.expected) }),
      ...(detail.actual !== undefined && { actual: shown(detail.actual) }),
    });
    super(`${meaning}${describe(safe)} (${code}) Fix: ${fix}`);
    this.code = code;
    this.detail = safe;
    this.requestSent = requestSent;
    this.fix = fix;
  }
}
