/**
 * The issuers of an issuer source, at work: asked for one at a time, kept within bounds, and asked again after a while.
 * Whoever invents issuers costs a digest each, and the source one question per issuer and pause. A source that
 * cannot tell is our trouble (503), a record that is none is our mistake (500), and neither is the caller's fault.
 */
import { isDeepStrictEqual } from 'node:util';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { accept, refuse, type Accepted, type MaybePromise, type Outcome, type Refusal } from '../errors/outcome.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { safeText } from '../runtime/safe-text.ts';
import type { IssuerOptions } from './issuer-options.ts';
import type { IssuerCacheOptions, IssuerSource } from './issuer-source.ts';
import { createRefusalMemory, type RefusalMemory } from './refusal-memory.ts';
import { readSourcedIssuer, snapshotOf } from './sourced-issuer.ts';
import { createTrust, unknownIssuer, type Trust, type Trusts } from './trusts.ts';
import { withinTime } from './within-time.ts';

/** An issuer source with its limits. */
export interface IssuerSourceSettings {
  readonly source: IssuerSource;
  readonly limits: Required<IssuerCacheOptions>;
}

/** Limits unless the operator says otherwise. */
export const defaultIssuerCache: Required<IssuerCacheOptions> = {
  maximumIssuers: 1_000,
  knownSeconds: 60,
  unknownSeconds: 10,
};

const maximumIssuerLength = 2_048;
/** Most issuers that the source is asked about at the same time. */
const maximumQuestions = 100;
const questionMilliseconds = 5_000;
/** Pause after a source that failed, and after a record that is none. */
const failurePauseMilliseconds = 1_000;

interface Known {
  readonly found: Accepted<Trust>;
  /** The options as they were. */
  readonly snapshot: unknown;
  until: number;
  /** Whether a token of it has stood every check. */
  isProven: boolean;
}

/** Believes the issuers that the source names, while it names them. */
export function createSourcedTrusts(settings: IssuerSourceSettings, runtime: Runtime): Trusts {
  return new SourcedTrusts(settings, runtime);
}

class SourcedTrusts implements Trusts {
  readonly #settings: IssuerSourceSettings;
  readonly #runtime: Runtime;
  /** Least lately used first. */
  readonly #known = new Map<string, Known>();
  readonly #refused: RefusalMemory;
  readonly #asking = new Map<string, Promise<Outcome<Trust>>>();
  #closed = false;
  #failures = 0;
  #mistakes = 0;
  readonly #toldAt = { failure: Number.NEGATIVE_INFINITY, mistake: Number.NEGATIVE_INFINITY };

  constructor(settings: IssuerSourceSettings, runtime: Runtime) {
    this.#settings = settings;
    this.#runtime = runtime;
    this.#refused = createRefusalMemory(runtime.clock);
  }

  find(issuer: string): MaybePromise<Outcome<Trust>> {
    if (issuer.length > maximumIssuerLength) {
      return refuse('TOKEN_ISSUER_UNKNOWN', 'iss', { expected: `at most ${maximumIssuerLength} characters` });
    }
    const now = this.#runtime.clock.monotonic();
    const known = this.#known.get(issuer);
    if (known !== undefined && now < known.until) {
      this.#known.delete(issuer);
      this.#known.set(issuer, known);
      return known.found;
    }
    return this.#refused.find(issuer) ?? this.#asking.get(issuer) ?? this.#ask(issuer);
  }

  /** Nothing is known before somebody asks. */
  ready(): Promise<void> {
    return this.#closed ? Promise.reject(new Error('The issuers are not kept any more: closed.')) : Promise.resolve();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#known.values()];
    this.#known.clear();
    await Promise.all(all.map(async ({ found }) => found.value.keys.close?.()));
  }

  #ask(issuer: string): MaybePromise<Outcome<Trust>> {
    if (this.#closed) return this.#unavailable('closed');
    // An issuer in hand is asked for again in any case: a flood of invented ones must not push it out.
    if (this.#asking.size >= maximumQuestions && !this.#known.has(issuer)) {
      return this.#unavailable('too many questions at once');
    }
    let answer: MaybePromise<IssuerOptions | undefined>;
    try {
      answer = this.#settings.source.find(issuer);
    } catch {
      return this.#fail(issuer, 'it threw');
    }
    // A promise of any make is waited for.
    if (typeof answer !== 'object' || answer === null || !('then' in answer)) return this.#conclude(issuer, answer);
    const asking = withinTime(Promise.resolve(answer), questionMilliseconds)
      .then(
        (late) => (late === 'late' ? this.#fail(issuer, 'no answer in time') : this.#conclude(issuer, late.value)),
        () => this.#fail(issuer, 'it rejected'),
      )
      .finally(() => this.#asking.delete(issuer));
    this.#asking.set(issuer, asking);
    return asking;
  }

  #conclude(issuer: string, options: IssuerOptions | undefined): Outcome<Trust> {
    if (this.#closed) return this.#unavailable('closed');
    const { knownSeconds, unknownSeconds } = this.#settings.limits;
    const known = this.#known.get(issuer);
    if (options === undefined || options === null) {
      this.#drop(issuer);
      return this.#refused.remember(issuer, unknownIssuer(issuer) as Refusal, unknownSeconds * 1000);
    }
    let snapshot: unknown;
    try {
      snapshot = snapshotOf(options);
    } catch {
      return this.#fail(issuer, 'its answer cannot be read');
    }
    const until = this.#runtime.clock.monotonic() + knownSeconds * 1000;
    if (known !== undefined && isDeepStrictEqual(known.snapshot, snapshot)) {
      // The same record stays at work, with its keys and the tokens it has judged.
      known.until = until;
      return known.found;
    }
    this.#drop(issuer);
    const record = readSourcedIssuer(issuer, options);
    if (record instanceof ConfigurationError) return this.#mistake(issuer, record);
    const prove = (): void => void (made.isProven = true);
    const found = accept<Trust>({ ...createTrust(record, this.#runtime), prove });
    const made: Known = { found, snapshot, until, isProven: false };
    this.#makeRoom();
    this.#known.set(issuer, made);
    return found;
  }

  /**
   * Puts the issuer to rest that was used least lately. Those that nobody has shown a good token of go first: where the
   * source answers for a pattern, a stranger can invent as many as he likes.
   */
  #makeRoom(): void {
    if (this.#known.size < this.#settings.limits.maximumIssuers) return;
    let [eldest] = this.#known.keys();
    for (const [issuer, { isProven }] of this.#known) {
      if (isProven) continue;
      eldest = issuer;
      break;
    }
    if (eldest !== undefined) this.#drop(eldest);
  }

  /** Ends the work of an issuer. Requests that are under way keep the keys in hand. */
  #drop(issuer: string): void {
    const known = this.#known.get(issuer);
    this.#known.delete(issuer);
    void Promise.resolve(known?.found.value.keys.close?.()).catch(() => undefined);
  }

  #unavailable(problem: string): Refusal {
    return refuse('ISSUER_SOURCE_UNAVAILABLE', 'issuers', { expected: 'an answer of the source', actual: problem });
  }

  /** A flood of invented issuers must not become one of notices: a source that compares loosely answers them all. */
  #mayTell(what: 'failure' | 'mistake'): boolean {
    const now = this.#runtime.clock.monotonic();
    if (now - this.#toldAt[what] < failurePauseMilliseconds) return false;
    this.#toldAt[what] = now;
    return true;
  }

  #fail(issuer: string, problem: string): Refusal {
    this.#failures += 1;
    if (this.#mayTell('failure')) {
      this.#runtime.notify({
        code: 'ISSUER_SOURCE_FAILED',
        level: 'error',
        message: 'The issuer source could not tell.',
        facts: { issuer: safeText(issuer), problem, failuresSinceStart: this.#failures },
      });
    }
    return this.#refused.remember(issuer, this.#unavailable(problem), failurePauseMilliseconds);
  }

  #mistake(issuer: string, mistake: ConfigurationError): Refusal {
    const problem = mistake.faults.map((fault) => `${fault.option}: ${fault.problem}`).join('; ');
    this.#mistakes += 1;
    if (this.#mayTell('mistake')) {
      this.#runtime.notify({
        code: 'ISSUER_RECORD_REFUSED',
        level: 'error',
        message: 'The issuer source answered a record that cannot be used.',
        facts: { issuer: safeText(issuer), problem, mistakesSinceStart: this.#mistakes },
      });
    }
    const refusal = refuse('INTERNAL_FAULT', 'issuers', { expected: 'a usable issuer record', actual: problem });
    return this.#refused.remember(issuer, refusal, failurePauseMilliseconds);
  }
}
