/** The bound of a certificate's life, as an option. */
import type { FaultCollector } from '../errors/configuration-error.ts';

/** Adds a fault for what is no number of seconds. */
export function checkLifetime(faults: FaultCollector, option: string, seconds: unknown): void {
  if (seconds === undefined || (Number.isSafeInteger(seconds) && (seconds as number) > 0)) return;
  faults.add('CONFIG_INVALID', option, 'is not a whole number of seconds', 'write e.g. 86400, or leave it out');
}
