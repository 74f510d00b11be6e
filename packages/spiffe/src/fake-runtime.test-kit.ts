/** A world in which time passes when a test says so, and notices are kept. */
import type { SpiffeNotice, SpiffeNoticeCode } from './spiffe-notice.ts';
import type { SpiffeRuntime } from './runtime.ts';

export interface FakeRuntime extends SpiffeRuntime {
  readonly notices: SpiffeNotice[];
  readonly codes: () => readonly SpiffeNoticeCode[];
  /** Milliseconds from now at which something is to be done, in order. */
  readonly waits: () => readonly number[];
  /** Lets time pass and does what is due. */
  readonly advance: (milliseconds: number) => void;
}

export function fakeRuntime(start: number): FakeRuntime {
  let elapsed = 0;
  const timers = new Set<{ readonly at: number; readonly work: () => void }>();
  const notices: SpiffeNotice[] = [];
  return {
    clock: { now: () => start + elapsed, monotonic: () => elapsed },
    notify: (notice) => notices.push(notice),
    after: (milliseconds, work) => {
      const timer = { at: elapsed + milliseconds, work };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    random: () => 1,
    notices,
    codes: () => notices.map(({ code }) => code),
    waits: () => [...timers].map(({ at }) => at - elapsed).toSorted((one, other) => one - other),
    advance: (milliseconds) => {
      elapsed += milliseconds;
      const due = [...timers].filter(({ at }) => at <= elapsed).toSorted((one, other) => one.at - other.at);
      for (const timer of due) {
        if (timers.delete(timer)) timer.work();
      }
    },
  };
}

/** Waits until something holds. The test's own time limit ends it. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}
