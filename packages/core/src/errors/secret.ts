/**
 * A value that cannot be printed. Credentials travel in it from the header to the verifier and nowhere else.
 */
import { inspect } from 'node:util';

const shown = '[secret]';

/** Wraps a secret text. `toString`, `toJSON` and `util.inspect` all say `[secret]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself. Call it at the last moment, and let the result reach no message, field or cause. */
  expose(): string {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}
