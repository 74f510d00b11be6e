/**
 * Which of several identities a process shows. The default is the first (SPIFFE Workload API §5.3). A rule that fits
 * none picks none: another identity than the one that was meant is never shown.
 */
import { parseSpiffeId, type FaultCollector } from '@countersign/core';

/** What a picker is shown of each identity. */
export interface IdentityChoice {
  readonly spiffeId: string;
  /** What the operator says it is for; empty when nothing. */
  readonly hint: string;
}

/** A rule that picks. A function answers one of the choices it was given, or nothing. */
export type PickIdentity =
  | { readonly hint: string; readonly spiffeId?: never }
  | { readonly spiffeId: string; readonly hint?: never }
  | ((choices: readonly IdentityChoice[]) => IdentityChoice | undefined);

/** Checks the option `pick`. */
export function checkPick(faults: FaultCollector, pick: unknown): void {
  if (pick === undefined || typeof pick === 'function') return;
  const fix = 'write { hint: "internal" }, { spiffeId: "spiffe://prod.example/orders" } or a function';
  if (typeof pick !== 'object' || pick === null) {
    faults.add('CONFIG_INVALID', 'pick', 'is no rule', fix);
    return;
  }
  const { hint, spiffeId } = pick as { readonly hint?: unknown; readonly spiffeId?: unknown };
  faults.onlyKnown(pick, ['hint', 'spiffeId'], 'pick.');
  if ((hint === undefined) === (spiffeId === undefined)) {
    faults.add('CONFIG_INVALID', 'pick', 'names not exactly one of hint and spiffeId', fix);
  }
  if (hint !== undefined && (typeof hint !== 'string' || hint === '')) {
    faults.add('CONFIG_INVALID', 'pick.hint', 'is no text', fix);
  }
  if (spiffeId !== undefined) {
    const id = parseSpiffeId(spiffeId as string);
    if (!id.ok || id.value.path === '') {
      faults.add('CONFIG_INVALID', 'pick.spiffeId', 'is not the SPIFFE ID of a workload', fix);
    }
  }
}

/** The position of the picked one, or the problem, as a phrase. */
export type Picked = { readonly ok: true; readonly index: number } | { readonly ok: false; readonly problem: string };

function at(index: number, problem: string): Picked {
  return index < 0 ? { ok: false, problem } : { ok: true, index };
}

/** Picks. A function that throws picks nothing. */
export function pickIdentity(choices: readonly IdentityChoice[], pick: PickIdentity | undefined): Picked {
  if (pick === undefined) return at(choices.length === 0 ? -1 : 0, 'there is no identity');
  if (typeof pick === 'function') {
    const shown = choices.map(({ spiffeId, hint }) => Object.freeze({ spiffeId, hint }));
    try {
      const chosen = pick(shown);
      return at(shown.indexOf(chosen as IdentityChoice), 'the function answers none of them');
    } catch {
      return at(-1, 'the function throws');
    }
  }
  const { hint, spiffeId } = pick;
  if (hint !== undefined) {
    // Of several with one hint the first counts (SPIFFE Workload API §5.2.1).
    const index = choices.findIndex((choice) => choice.hint === hint);
    return at(index, 'none has the hint');
  }
  const fitting = choices.flatMap((choice, index) => (choice.spiffeId === spiffeId ? [index] : []));
  if (fitting.length > 1) return { ok: false, problem: 'several have the id: pick by hint' };
  return at(fitting[0] ?? -1, 'none has the id');
}
