/**
 * The table of what is sent again, as data: which failure, whose requests, after which pause, and why that is safe.
 * What is not in the table is never repeated. A body that is a stream is never repeated either.
 */
import type { CallFaultCode } from '../fault/call-fault.ts';
import type { ConnectionChoice } from '../connection/client-tls.ts';

/** One row of the table. */
export interface RetryRule {
  /** `any` request, or only those that may be handled twice. */
  readonly repeats: 'any' | 'idempotent';
  /** `asked`: as long as `Retry-After` says, and not at all without it. */
  readonly pause: 'random' | 'asked';
  /** Over which connection. */
  readonly connection: ConnectionChoice;
  /** How often at most, whatever the options say. */
  readonly most?: number;
  readonly why: string;
}

/** Calls without an answer. */
export const faultRules: Partial<Record<CallFaultCode, RetryRule>> = {
  CONNECTION_FAILED: {
    repeats: 'any',
    pause: 'random',
    connection: 'any',
    why: 'Nothing was sent.',
  },
  CERTIFICATE_MISMATCH: {
    repeats: 'any',
    pause: 'random',
    connection: 'any',
    most: 1,
    why: 'Nothing was sent: our certificate changed after the token was found. The next attempt finds another token.',
  },
  CONNECTION_LOST: {
    repeats: 'idempotent',
    pause: 'random',
    // The others that were open may be as dead as this one.
    connection: 'new',
    // A server that refuses our certificate refuses it again.
    most: 1,
    why: 'The service may have handled it. With TLS 1.3 this is also how it refuses a client certificate.',
  },
};

/** Answers, by status (RFC 9110 §15, RFC 6585 §4). */
export const answerRules: Readonly<Record<number, RetryRule>> = {
  429: { repeats: 'any', pause: 'asked', connection: 'any', why: 'It was turned away before it was handled.' },
  502: { repeats: 'idempotent', pause: 'random', connection: 'any', why: 'A proxy lost it; the service may have it.' },
  503: { repeats: 'idempotent', pause: 'asked', connection: 'any', why: 'Not every 503 is made before the handler.' },
  504: { repeats: 'idempotent', pause: 'random', connection: 'any', why: 'A proxy waits no longer; the service may.' },
};
