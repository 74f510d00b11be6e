/** What the outside world is to a source: every part gets it, nothing reaches for a global. */
import { systemClock, type Clock, type Logger } from '@countersign/core';
import { noticesTo, type SpiffeNoticeSink } from './spiffe-notice.ts';

/** Takes back what was to be done later. */
export type CallOff = () => void;

/** Handed to everything a source is made of. */
export interface SpiffeRuntime {
  readonly clock: Clock;
  readonly notify: SpiffeNoticeSink;
  /** Does the work later. Only a wait that somebody awaits keeps the process alive. */
  readonly after: (milliseconds: number, work: () => void, keepsAlive?: boolean) => CallOff;
  /** From 0 to 1: spreads retries. */
  readonly random: () => number;
}

/** What every source takes. */
export interface SourceOptions {
  /** Default: the clock of the process. */
  readonly clock?: Clock;
  /** Default: nobody is told. */
  readonly logger?: Logger;
}

/** `setTimeout` fires at once for more. */
const longestTimerMilliseconds = 2_147_483_647;

/** Timers of the process. */
function after(milliseconds: number, work: () => void, keepsAlive = false): CallOff {
  const timer = setTimeout(work, Math.min(Math.max(0, milliseconds), longestTimerMilliseconds));
  if (!keepsAlive) timer.unref();
  return () => clearTimeout(timer);
}

/** The world of a source with these options. */
export function runtimeOf({ clock = systemClock, logger }: SourceOptions): SpiffeRuntime {
  return { clock, notify: noticesTo(logger), after, random: Math.random };
}
