/** How the readers of this folder refuse: one reason, and what was expected. Never a part of what was sent. */
import { refuse, type Refusal } from '../../errors/outcome.ts';

/** The header is not what its format says. `check` names the place, `expected` what belongs there. */
export function malformed(check: string, expected: string): Refusal {
  return refuse('FORWARDED_IDENTITY_MALFORMED', check, { expected });
}
