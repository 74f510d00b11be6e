/**
 * Nonces for DPoP proofs (RFC 9449 §9) without a memory: a MAC over the number of the current period, by a key that all
 * replicas hold. They bound the life of a proof by our clock, whatever the caller's clock says, and nobody who has no
 * answer of ours can make proofs in advance.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FaultCollector } from '../errors/configuration-error.ts';
import { Secret } from '../errors/secret.ts';

/** How a service gives nonces. */
export interface DpopNonceOptions {
  /**
   * The key, at least 32 characters of a random text, shared by all replicas. With several, the first one makes nonces
   * and those of the others are still good: put a new key in front, and take the old one away later.
   */
  readonly secret: Secret | readonly [Secret, ...Secret[]];
  /** How long one nonce is given, in seconds. It is good for this long again afterwards. Default 300. */
  readonly periodSeconds?: number;
}

/** Gives and knows nonces. Times in epoch milliseconds. */
export interface DpopNonces {
  current(now: number): string;
  accepts(nonce: string, now: number): boolean;
}

/** Options after the check. */
export interface NonceRecord {
  readonly keys: readonly Secret[];
  readonly periodSeconds: number;
}

const minimumKeyLength = 32;
const nonceBytes = 18;
const defaultPeriodSeconds = 300;
const shortestPeriodSeconds = 10;
const longestPeriodSeconds = 3_600;
/** Clocks of replicas differ: a nonce of the next period is known this much earlier. */
const toleranceMilliseconds = 5_000;

/** Checks the options. `prefix` is the option path, with its dot. */
export function checkNonces(faults: FaultCollector, options: DpopNonceOptions, prefix: string): NonceRecord {
  const given: DpopNonceOptions = Object.assign(Object.create(null), typeof options === 'object' ? options : {});
  faults.onlyKnown(given, ['secret', 'periodSeconds'], prefix);
  const keys: readonly unknown[] = Array.isArray(given.secret) ? given.secret : [given.secret];
  const isStrong = (key: unknown): boolean => key instanceof Secret && key.expose().length >= minimumKeyLength;
  if (keys.length === 0 || !keys.every(isStrong)) {
    const fix = `pass new Secret(text) of at least ${minimumKeyLength} random characters, the same on every replica`;
    faults.add('CONFIG_INVALID', `${prefix}secret`, 'is no strong Secret', fix);
  }
  const { periodSeconds = defaultPeriodSeconds } = given;
  if (!(periodSeconds >= shortestPeriodSeconds && periodSeconds <= longestPeriodSeconds)) {
    const fix = `write a number of seconds from ${shortestPeriodSeconds} to ${longestPeriodSeconds}`;
    faults.add('CONFIG_INVALID', `${prefix}periodSeconds`, 'is out of range', fix);
  }
  return Object.freeze({ keys: Object.freeze([...keys]) as readonly Secret[], periodSeconds });
}

/** Makes the nonces of a service. `origin` keeps those of two services that share a key apart. */
export function createDpopNonces({ keys, periodSeconds }: NonceRecord, origin: string): DpopNonces {
  const period = periodSeconds * 1000;
  const mac = (key: Secret, index: number): Buffer =>
    createHmac('sha256', key.expose())
      .update(`countersign dpop nonce\n${origin}\n${index}`)
      .digest()
      .subarray(0, nonceBytes);
  const made = new Map<number, readonly Buffer[]>();
  const at = (index: number): readonly Buffer[] => {
    let nonces = made.get(index);
    if (nonces === undefined) {
      nonces = keys.map((key) => mac(key, index));
      // Three periods count at any instant; the map holds little more, also when a clock is set back.
      if (made.size > 3) made.clear();
      made.set(index, nonces);
    }
    return nonces;
  };
  return {
    current: (now) => (at(Math.floor(now / period))[0] ?? Buffer.alloc(0)).toString('base64url'),
    accepts: (nonce, now) => {
      const shown = Buffer.from(nonce, 'base64url');
      if (shown.length !== nonceBytes || shown.toString('base64url') !== nonce) return false;
      const index = Math.floor(now / period);
      const latest = Math.floor((now + toleranceMilliseconds) / period);
      const good = [...at(index), ...at(index - 1), ...(latest > index ? at(latest) : [])];
      return good.some((one) => timingSafeEqual(one, shown));
    },
  };
}
