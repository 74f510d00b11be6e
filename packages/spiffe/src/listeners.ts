/** Those who want to hear of changes. What one of them throws reaches neither the source nor the others. */

/** Calls back after each change. */
export class Listeners {
  readonly #all = new Set<{ readonly call: () => void }>();

  /** Adds one, until the answer is called. The same function may be added twice. */
  add(listener: () => void): () => void {
    const entry = { call: listener };
    this.#all.add(entry);
    return () => {
      this.#all.delete(entry);
    };
  }

  call(): void {
    // One who is added meanwhile hears of the next change.
    const all = [...this.#all];
    for (const { call } of all) {
      try {
        call();
      } catch {
        // A listener decides nothing here.
      }
    }
  }

  clear(): void {
    this.#all.clear();
  }
}
