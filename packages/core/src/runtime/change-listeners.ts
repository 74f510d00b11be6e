/** Those who want to hear of the changes of a source. What one of them throws reaches neither the source nor the others. */

/** The listeners of one source. */
export interface ChangeListeners {
  /** Calls back after each change, until the answer is called. */
  readonly watch: (listener: () => void) => () => void;
  /** Tells everybody. */
  readonly tell: () => void;
  /** Forgets everybody: the source has ended. */
  readonly clear: () => void;
}

/** Makes an empty list. */
export function createChangeListeners(): ChangeListeners {
  const listeners = new Set<{ readonly listener: () => void }>();
  return {
    watch: (listener) => {
      // An entry for each call: who watches twice is told twice, and stops each by itself.
      const entry = { listener };
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    tell: () => {
      // A copy: whoever begins to watch meanwhile is told of the next change.
      const watching = [...listeners];
      for (const { listener } of watching) {
        try {
          listener();
        } catch {
          // The source has changed, whatever its listeners make of it.
        }
      }
    },
    clear: () => listeners.clear(),
  };
}
