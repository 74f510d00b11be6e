/**
 * The keys that a service signs with, over time. One signs now; the next one is published before it signs, so that
 * verifiers know it; the last one stays published until what it signed has ended, and is found in the history for as long
 * as the ring has it. When the last key has ended, nothing is signed, and the operator is told before that.
 */
import { FaultCollector } from '../errors/configuration-error.ts';
import { isClock, systemClock, type Clock } from '../runtime/clock.ts';
import { isLogger, noticesTo, silentLogger, type Logger } from '../runtime/logger.ts';
import { historicalKeysOf, type HistoricalKeysDocument } from './historical-keys.ts';
import { createKeyHistory, type FixedKeyHistory } from './key-history.ts';
import type { JwksDocument } from './public-jwk.ts';
import { ringKey, type RingKey, type RingKeyOptions } from './ring-key.ts';
import type { RingKeySource } from './ring-key-source.ts';
import { createRingNotices } from './ring-notices.ts';
import { ringStateAt, type RingState } from './ring-schedule.ts';
import type { SigningKey, SigningKeys } from './signing-keys.ts';

/** Options of `createSigningKeyRing`. */
export interface SigningKeyRingOptions {
  /** The keys and their dates; or a source that follows them, such as `signingKeyFiles(…)`. */
  readonly keys: readonly [RingKeyOptions, ...RingKeyOptions[]] | RingKeySource;
  /**
   * How long before it signs a key has to be known and so be published, in seconds: as long as verifiers keep a JWKS.
   * What comes later is told. Default 3,600: the longest that services of this library keep one.
   */
  readonly publishBeforeSeconds?: number;
  /**
   * How long after it signed a key stays published, in seconds. At least the life of what is signed, and the difference
   * of clocks. Default 600: the longest of both that services of this library accept for service JWTs.
   */
  readonly publishAfterSeconds?: number;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Takes notices. Default: silent. */
  readonly logger?: Logger;
}

/** Keys of this service. Both documents are the same objects as long as nothing changes. */
export interface SigningKeyRing extends SigningKeys {
  /** Public keys that tokens are verified with now. */
  jwks(): JwksDocument;
  /** How long before it signs a key has to be published, in seconds. */
  readonly publishBeforeSeconds: number;
  /** Every key with its dates, also those of the past: for what is verified long after it was signed. */
  historicalKeys(): HistoricalKeysDocument;
  /** The same, for verifying in this process. It follows the ring. */
  readonly history: FixedKeyHistory;
  /** Settles when a key signs; rejects when none does. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

const known = ['keys', 'publishBeforeSeconds', 'publishAfterSeconds', 'clock', 'logger'];
const defaults = { before: 3_600, after: 600 };
const longestMarginSeconds = 30 * 86_400;
/** So that the operator is told of an end even when nobody asks for a key. */
const lookMilliseconds = 60_000;
const noKeys: readonly RingKey[] = Object.freeze([]);

function isSource(keys: unknown): keys is RingKeySource {
  return typeof (keys as Partial<RingKeySource> | undefined)?.list === 'function';
}

function checkKeys(faults: FaultCollector, given: unknown): RingKeySource {
  if (isSource(given)) return given;
  const list: readonly unknown[] = Array.isArray(given) ? given : [];
  if (list.length === 0) {
    faults.add('CONFIG_MISSING', 'keys', 'are neither a list nor a source', 'write at least one key with its dates');
  }
  const keys: RingKey[] = [];
  for (const [index, options] of list.entries()) {
    const key = faults.attempt(`keys[${index}]`, () => ringKey(options as RingKeyOptions));
    if (key === undefined) continue;
    if (keys.some((other) => other.key.keyId === key.key.keyId)) {
      faults.add('CONFIG_CONFLICT', `keys[${index}].keyId`, 'stands twice', 'give each key an id of its own');
    } else if (keys.some(({ key: other }) => other.keyObject.equals(key.key.keyObject))) {
      // To revoke it under one id would leave it good under the other.
      faults.add('CONFIG_CONFLICT', `keys[${index}].key`, 'stands twice, under two ids', 'make a new key for each id');
    }
    keys.push(key);
  }
  return { list: () => keys };
}

function checkMargin(faults: FaultCollector, option: string, seconds: unknown): void {
  if (typeof seconds === 'number' && seconds >= 0 && seconds <= longestMarginSeconds) return;
  const fix = `write a number of seconds, at most ${longestMarginSeconds}`;
  faults.add('CONFIG_INVALID', option, 'is out of range', fix);
}

/**
 * Makes the ring.
 * @throws {ConfigurationError} with every fault of the options. What is wrong with a source rejects `ready()`.
 */
export function createSigningKeyRing(options: SigningKeyRingOptions): SigningKeyRing {
  const faults = new FaultCollector('createSigningKeyRing');
  const given: Partial<SigningKeyRingOptions> = options ?? {};
  faults.onlyKnown(given, known);
  const { publishBeforeSeconds: before = defaults.before, publishAfterSeconds: after = defaults.after } = given;
  checkMargin(faults, 'publishBeforeSeconds', before);
  checkMargin(faults, 'publishAfterSeconds', after);
  const source = checkKeys(faults, given.keys);
  if (given.clock !== undefined && !isClock(given.clock)) {
    faults.add('CONFIG_INVALID', 'clock', 'is not a clock', 'leave it out; it is for tests');
  }
  if (given.logger !== undefined && !isLogger(given.logger)) {
    faults.add(
      'CONFIG_INVALID',
      'logger',
      'is not a logger',
      'pass pino(), or { info, warn, error } like those of pino',
    );
  }
  faults.throwIfAny();
  return new Ring(source, { before, after }, given);
}

class Ring implements SigningKeyRing {
  readonly publishBeforeSeconds: number;
  readonly #source: RingKeySource;
  readonly #after: number;
  readonly #clock: Clock;
  readonly #notices: ReturnType<typeof createRingNotices>;
  readonly #timer: NodeJS.Timeout;
  #keys: readonly RingKey[] | undefined;
  #state: RingState | undefined;
  #signing: SigningKey | undefined;
  #jwks: JwksDocument = { keys: [] };
  #historicalKeys: HistoricalKeysDocument = { keys: [] };
  #history = createKeyHistory([]);

  readonly history: FixedKeyHistory = {
    find: (selector) => {
      this.#follow();
      return this.#history.find(selector);
    },
  };

  constructor(
    source: RingKeySource,
    { before, after }: { readonly before: number; readonly after: number },
    { clock = systemClock, logger = silentLogger }: Pick<SigningKeyRingOptions, 'clock' | 'logger'>,
  ) {
    this.#source = source;
    this.#after = after;
    this.publishBeforeSeconds = before;
    this.#clock = clock;
    this.#notices = createRingNotices(noticesTo(logger), before);
    this.#timer = setInterval(() => this.#follow(), lookMilliseconds).unref();
  }

  find(): SigningKey | undefined {
    this.#follow();
    return this.#signing;
  }

  jwks(): JwksDocument {
    this.#follow();
    return this.#jwks;
  }

  historicalKeys(): HistoricalKeysDocument {
    this.#follow();
    return this.#historicalKeys;
  }

  async ready(): Promise<void> {
    await this.#source.ready?.();
    if (this.find() === undefined) throw new Error('No key of the ring signs now: compare activeFrom and retireAt.');
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#source.close?.();
  }

  /** A source that throws, or answers no list, has told nothing new. */
  #list(): readonly RingKey[] {
    try {
      const keys: unknown = this.#source.list();
      if (Array.isArray(keys)) {
        this.#notices.listRead();
        return keys as readonly RingKey[];
      }
    } catch {
      // What it throws may quote a key.
    }
    this.#notices.listFailed();
    return this.#keys ?? noKeys;
  }

  /** Brings everything to this instant. Costs two comparisons when nothing has changed. */
  #follow(): void {
    const now = this.#clock.now() / 1000;
    const keys = this.#list();
    const isSame = keys === this.#keys;
    if (isSame && this.#state !== undefined && now >= this.#state.from && now < this.#state.until) {
      this.#notices.look(this.#state, now);
      return;
    }
    if (!isSame) {
      this.#notices.listChanged(this.#keys, keys, now);
      this.#history = createKeyHistory(keys);
      this.#historicalKeys = historicalKeysOf(keys);
    }
    const state = ringStateAt(keys, now, this.#after);
    const { signer } = state;
    this.#keys = keys;
    this.#state = state;
    this.#jwks = Object.freeze({ keys: Object.freeze(state.published.map(({ jwk }) => jwk)) });
    this.#signing = signer?.privateKey && Object.freeze({ keyId: signer.key.keyId, key: signer.privateKey });
    this.#notices.look(state, now);
  }
}
