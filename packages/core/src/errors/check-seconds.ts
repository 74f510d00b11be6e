/** The check of an option that is a number of seconds. */
import type { FaultCollector } from './configuration-error.ts';

/** What it must be. */
export interface SecondsRange {
  readonly value: number;
  readonly least: number;
  readonly most: number;
  /** Whether parts of a second are refused. Default `false`. */
  readonly whole?: boolean;
}

/** Adds a fault unless the option is a number of seconds within the range. */
export function checkSeconds(faults: FaultCollector, option: string, range: SecondsRange): void {
  const { value, least, most, whole = false } = range;
  const isNumber = whole ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (isNumber && value >= least && value <= most) return;
  const unit = whole ? 'whole seconds' : 'a number of seconds';
  faults.add('CONFIG_INVALID', option, 'is out of range', `write ${unit} from ${least} to ${most}`);
}
