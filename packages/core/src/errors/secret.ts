/**
 * A value that cannot be printed. Credentials travel in it from the header to the verifier and nowhere else.
 */
import { inspect } from 'node:util';
import { ConfigurationError } from './configuration-error.ts';

const shown = '[secret]';

/** Wraps a secret text. `toString`, `toJSON` and `util.inspect` all say `[secret]`. */
export class Secret {
  readonly #value: string;

  /** @throws {ConfigurationError} for what is no text, such as a variable that is not set, or the bytes of a file. */
  constructor(value: string) {
    if (typeof value !== 'string') {
      const fix = 'set the variable it comes from, or read its file as text: readFileSync("key.pem", "utf8")';
      throw new ConfigurationError('Secret', [
        { code: 'CONFIG_MISSING', option: 'value', problem: 'is not a text', fix },
      ]);
    }
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
