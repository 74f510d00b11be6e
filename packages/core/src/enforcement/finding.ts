/** What the pipeline found out about a request, before anything is recorded. */
import type { RequestFacts } from '../credential/request-facts.ts';
import type { RefusalDetail } from '../errors/outcome.ts';
import type { Reason } from '../errors/reason.ts';
import type { Caller } from '../identity/caller.ts';
import type { StepUp } from '../policy/decision.ts';
import type { NoticeSink } from '../runtime/notice.ts';

/** Why a request may not go on. */
export interface FoundRefusal {
  readonly reason: Reason;
  readonly detail?: RefusalDetail;
  /** Scopes that would help. */
  readonly scopes?: readonly string[];
  /** The authentication that would help. */
  readonly stepUp?: StepUp;
  /** The `DPoP-Nonce` of the answer (RFC 9449 §9). */
  readonly nonce?: string;
}

/** The finding. */
export interface Finding {
  readonly stage: 'authentication' | 'policy';
  readonly caller?: Caller;
  /** Absent when the request may go on. */
  readonly refusal?: FoundRefusal;
  /** The rule that decided. */
  readonly rule?: string;
  /** Waivers of the requirement that let the request on, by option path. */
  readonly waivers?: readonly string[];
}

/** Nobody presented anything. Of all refusals at authentication only this one hangs on the requirement. */
export const nothingPresented: Finding = Object.freeze({
  stage: 'authentication',
  refusal: Object.freeze({ reason: 'CREDENTIAL_MISSING' }),
});

const stackFrame = /^\s+at /;
const shownFrames = 4;

/** Where an error arose. Its stack begins with its message, in which lines may pose as frames: they are cut off first. */
function placeOf({ message, stack = '' }: Error): string {
  const start = stack.indexOf(message);
  if (start === -1) return '';
  const frames = stack
    .slice(start + message.length)
    .split('\n')
    .filter((line) => stackFrame.test(line));
  return frames
    .slice(0, shownFrames)
    .map((line) => line.trim())
    .join(' < ');
}

/**
 * Tells that the pipeline itself failed. The error's message stays inside, because it may quote what was presented;
 * its name and place are enough to find the fault.
 */
export function reportFault(notify: NoticeSink, facts: RequestFacts, error: unknown): void {
  notify({
    code: 'PIPELINE_FAULT',
    level: 'error',
    message: 'The pipeline failed; the request was refused.',
    facts: {
      requestId: facts.requestId,
      error: error instanceof Error ? error.name : typeof error,
      at: error instanceof Error ? placeOf(error) : '',
    },
  });
}
