/**
 * The only way to a less safe choice. A waiver says why, who answers for it, and when it ends; it shows at start and
 * in the audit, and it stops working on its date.
 */
import type { FaultCollector } from './configuration-error.ts';

/** A dated permission for a less safe choice. */
export interface Waiver {
  /** Why the safe choice is not possible yet. */
  readonly reason: string;
  /** Who answers for it: a team or a person. */
  readonly owner: string;
  /** Last day it works, `YYYY-MM-DD` (UTC, inclusive). */
  readonly expires: string;
}

const day = /^\d{4}-\d{2}-\d{2}$/;
const millisecondsPerDay = 86_400_000;

/** The first instant (epoch milliseconds) at which the waiver no longer works; `NaN` when its date is not a date. */
export function waiverEndsAt(waiver: Waiver): number {
  if (!day.test(waiver.expires)) return Number.NaN;
  const start = Date.parse(`${waiver.expires}T00:00:00Z`);
  if (Number.isNaN(start) || new Date(start).toISOString().slice(0, 10) !== waiver.expires) return Number.NaN;
  return start + millisecondsPerDay;
}

/** Whether the waiver works at this instant (epoch milliseconds). */
export function isWaiverInForce(waiver: Waiver, now: number): boolean {
  return now < waiverEndsAt(waiver);
}

/** Adds a fault for everything that keeps the waiver from being one. `now` is in epoch milliseconds. */
// oxlint-disable-next-line max-params -- where, what and when, as for every fault
export function checkWaiver(faults: FaultCollector, option: string, waiver: Waiver, now: number): void {
  const fix = 'write { reason: "why", owner: "who answers", expires: "YYYY-MM-DD" } with a date to come';
  if (typeof waiver !== 'object' || waiver === null) {
    faults.add('CONFIG_WAIVER_INVALID', option, 'takes a waiver', fix);
    return;
  }
  if (typeof waiver.reason !== 'string' || waiver.reason.trim() === '') {
    faults.add('CONFIG_WAIVER_INVALID', `${option}.reason`, 'is empty', fix);
  }
  if (typeof waiver.owner !== 'string' || waiver.owner.trim() === '') {
    faults.add('CONFIG_WAIVER_INVALID', `${option}.owner`, 'is empty', fix);
  }
  const end = typeof waiver.expires === 'string' ? waiverEndsAt(waiver) : Number.NaN;
  if (Number.isNaN(end)) {
    faults.add('CONFIG_WAIVER_INVALID', `${option}.expires`, 'is not a date', fix);
  } else if (now >= end) {
    faults.add('CONFIG_WAIVER_INVALID', `${option}.expires`, `is past (${waiver.expires})`, fix);
  }
}
