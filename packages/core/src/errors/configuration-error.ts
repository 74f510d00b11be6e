/**
 * Mistakes of the operator are start-up errors: one error per options object, with every fault in it and the fix.
 */
import { meantBy } from './meant-by.ts';

/** One fault of an options object. */
export interface ConfigurationFault {
  /** Stable code, `CONFIG_…`. Public API like the reason codes. */
  readonly code: ConfigurationCode;
  /** Path of the option, e.g. `accept[1].issuer`. */
  readonly option: string;
  /** What is wrong, without echoing secrets. */
  readonly problem: string;
  /** What to write instead. */
  readonly fix: string;
}

/** Codes of configuration faults. */
export type ConfigurationCode =
  | 'CONFIG_MISSING'
  | 'CONFIG_INVALID'
  | 'CONFIG_UNKNOWN_OPTION'
  | 'CONFIG_UNSAFE'
  | 'CONFIG_KEY_REFUSED'
  | 'CONFIG_WAIVER_INVALID'
  | 'CONFIG_CONFLICT'
  | 'CONFIG_ROUTE_UNDECLARED'
  | 'CONFIG_CORE_DUPLICATED'
  | 'CONFIG_DISCOVERY_REFUSED';

/** Thrown at start when options are wrong. Carries all faults of the object at once. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly faults: readonly ConfigurationFault[];

  constructor(where: string, faults: readonly ConfigurationFault[]) {
    const lines = faults.map((fault) => `  - ${fault.option}: ${fault.problem} (${fault.code})\n    fix: ${fault.fix}`);
    super(`${where} has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${lines.join('\n')}`);
    this.faults = Object.freeze([...faults]);
  }
}

/** Collects the faults of one options object, then throws them together. */
export class FaultCollector {
  readonly #where: string;
  readonly #faults: ConfigurationFault[] = [];

  constructor(where: string) {
    this.#where = where;
  }

  // oxlint-disable-next-line max-params -- the four columns of one row
  add(code: ConfigurationCode, option: string, problem: string, fix: string): void {
    this.#faults.push({ code, option, problem, fix });
  }

  /** Runs a step that may refuse nested options. Its faults are taken over, under a path prefix unless that is empty. */
  attempt<T>(prefix: string, step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      const path = prefix === '' ? '' : `${prefix}.`;
      for (const fault of error.faults) this.#faults.push({ ...fault, option: `${path}${fault.option}` });
      return undefined;
    }
  }

  /** Names every option that is not known: a misspelt option must not be silently ignored. */
  onlyKnown(options: object, known: readonly string[], prefix = ''): void {
    if (typeof options !== 'object') {
      // A text would be a list of letters here, each of them a fault.
      const fix = `pass an object; known: ${known.join(', ')}`;
      this.add('CONFIG_INVALID', prefix === '' ? 'options' : prefix.slice(0, -1), 'is not an object', fix);
      return;
    }
    for (const name of Object.keys(options)) {
      if (known.includes(name)) continue;
      const meant = meantBy(name, known);
      const fix = `${meant === undefined ? 'remove it' : `write ${meant}, if that is meant`}; known: ${known.join(', ')}`;
      this.add('CONFIG_UNKNOWN_OPTION', `${prefix}${name}`, 'is not an option', fix);
    }
  }

  get any(): boolean {
    return this.#faults.length > 0;
  }

  /** @throws {ConfigurationError} when there is any fault. */
  throwIfAny(): void {
    if (this.#faults.length > 0) throw new ConfigurationError(this.#where, this.#faults);
  }
}
