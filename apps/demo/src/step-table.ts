/** The live table: one line per step, printed when the step is done. */
import type { Paint } from './paint.ts';
import type { Step } from './step.ts';
import type { StepResult } from './step-result.ts';
import { tableHead, tableRow, type Column } from './table.ts';

const columns: readonly Column[] = [
  { title: 'step', width: 56 },
  { title: 'expected', width: 27 },
  { title: 'status', width: 6 },
  { title: 'reason in the audit event', width: 25 },
  { title: 'ok', width: 3 },
];

function expectation(step: Step): string {
  const { reason, hops = 1 } = step;
  if (!('status' in step)) return reason ?? `taken by ${hops}`;
  if (reason !== undefined) return `${step.status} ${reason}`;
  return step.says === undefined ? `${step.status} in ${hops} services` : `${step.status} ${step.says}`;
}

/** Title and rule. */
export function stepTableHead(paint: Paint): string {
  return paint.strong(tableHead(columns));
}

/** The line of a step, and below it what went wrong. */
export function stepTableRow({ step, status, reason, ok, trouble }: StepResult, paint: Paint): string {
  const row = tableRow(columns.slice(0, -1), [
    step.title,
    expectation(step),
    status === undefined ? '-' : String(status),
    reason ?? '-',
  ]);
  const width = columns.slice(0, -1).reduce((sum, column) => sum + column.width + 2, 0);
  const mark = ok ? paint.good('yes') : paint.bad('NO');
  return `${row.padEnd(width)}${mark}${trouble === undefined ? '' : `\n    ${paint.bad(trouble)}`}`;
}
