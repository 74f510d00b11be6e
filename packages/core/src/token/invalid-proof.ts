/** The refusal of a DPoP proof: one reason for whatever is wrong with it, and the check that says what. */
import { refuse, type Refusal } from '../errors/outcome.ts';

/** Refuses. `actual` is shown to the operator and holds no credential. */
export function invalidProof(check: string, expected: string, actual?: string): Refusal {
  return refuse('PROOF_INVALID', check, { expected, ...(actual !== undefined && { actual }) });
}
