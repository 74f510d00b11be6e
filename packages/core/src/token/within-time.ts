/** A limit of time for what others promise. */

/** The value, or `late`. Rejects when the promise does, in time. The timer keeps no process alive. */
export function withinTime<T>(promise: Promise<T>, milliseconds: number): Promise<{ readonly value: T } | 'late'> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve('late'), milliseconds);
    timer.unref();
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve({ value });
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error instanceof Error ? error : new Error('rejected'));
      },
    );
  });
}
