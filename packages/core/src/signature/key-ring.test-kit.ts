/** Keys with dates, and a clock to set, for tests of key rings. */
import type { KeyObject } from 'node:crypto';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { RingKeyOptions } from './ring-key.ts';
import { signingKey } from './signing-key.test-kit.ts';

/** The first of December 2026, in epoch seconds: day 0 of the tests. */
export const start = Date.UTC(2026, 11, 1) / 1000;
export const hour = 3_600;
export const day = 24 * hour;

/** The instant as options are written. */
export function at(secondsAfterStart: number): string {
  return new Date((start + secondsAfterStart) * 1000).toISOString().replace('.000Z', 'Z');
}

/** A private ES256 key by its name. */
export function privateKeyOf(name: string): KeyObject {
  return signingKey('ES256', name).privateKey;
}

/** A key that signs from one second after the start to another. */
export function keyBetween(keyId: string, from: number, until: number): RingKeyOptions {
  const key = privateKeyOf(keyId);
  return { key, algorithm: 'ES256', keyId, activeFrom: at(from), retireAt: at(until) };
}

/** A clock that stands until it is set, in seconds after the start. */
export function standingClock(secondsAfterStart = 0): Clock & { set(secondsAfterStart: number): void } {
  let now = (start + secondsAfterStart) * 1000;
  return {
    now: () => now,
    monotonic: () => now,
    set: (seconds) => {
      now = (start + seconds) * 1000;
    },
  };
}

/** A notice as the logger got it. */
export type Told = Readonly<Record<string, unknown>> & { readonly level: string };

/** A logger that keeps what it is told. */
export function rememberingLogger(): Logger & { readonly told: Told[] } {
  const told: Told[] = [];
  const note =
    (level: string) =>
    (fields: object): void => {
      told.push({ ...fields, level });
    };
  return { told, info: note('info'), warn: note('warn'), error: note('error') };
}
