/** Reads again and again, a few seconds apart: links that are swapped tell nobody. The timer keeps no process alive. */

/** How often files are read again, in milliseconds. */
export const readAgainMilliseconds = 5_000;

/** A reading that repeats. */
export interface RepeatedReading {
  /** Reads now, or joins the reading that is under way. Never rejects. */
  readonly now: () => Promise<void>;
  /** No reading begins any more. Settles when the one under way ends. */
  readonly close: () => Promise<void>;
}

/** Begins at once. `read` must not reject. */
export function repeatReading(read: () => Promise<void>): RepeatedReading {
  let reading: Promise<void> | undefined;
  let closed = false;
  const now = async (): Promise<void> => {
    if (closed) return;
    reading ??= read().finally(() => {
      reading = undefined;
    });
    await reading;
  };
  const timer = setInterval(() => void now(), readAgainMilliseconds).unref();
  void now();
  return {
    now,
    close: async () => {
      closed = true;
      clearInterval(timer);
      await reading;
    },
  };
}
