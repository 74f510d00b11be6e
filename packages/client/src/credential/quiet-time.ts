/**
 * The time in which a token needs no look at the clock, because a timer will say when it has to be looked at again: to
 * read the clock costs more than everything else that is done when a token is at hand. It ends a second before the token
 * could be due for renewal, also where none will be made: so the last fifth of its life stands between a timer that comes
 * late, because the process was busy or stopped, and a token that is given out after its end. Only for the clock of the
 * system, which timers follow.
 */
import type { TokenSlot } from './token-slot.ts';

const headStartMilliseconds = 1_000;

/** Ends it: from now on the dates of the token are looked at. */
export function endQuietTime(slot: TokenSlot): void {
  clearTimeout(slot.quietTimer);
  slot.quietTimer = undefined;
  slot.isQuiet = false;
}

/** Begins it, for a token that is due in so many milliseconds. */
export function startQuietTime(slot: TokenSlot, milliseconds: number): void {
  endQuietTime(slot);
  const quiet = milliseconds - headStartMilliseconds;
  if (!(quiet > 0)) return;
  slot.isQuiet = true;
  slot.quietTimer = setTimeout(() => endQuietTime(slot), quiet);
  slot.quietTimer.unref();
}
