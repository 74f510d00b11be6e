/**
 * Tells what a client authentication wants told: at start, and after each proof. A warning that stays is told once; one
 * that went away and came back is told again.
 */
import type { ClientAuthentication, ClientAuthenticationWarning } from './client-authentication.ts';

/** Tells what is new, at this moment in epoch milliseconds. Never throws. */
export type TellWarnings = (now: number) => void;

/** Makes the teller of one user of a client authentication. */
export function clientWarnings(
  authentication: ClientAuthentication,
  tell: (warning: ClientAuthenticationWarning) => void,
): TellWarnings {
  let told: ReadonlySet<string> = new Set();
  return (now) => {
    let warnings: readonly ClientAuthenticationWarning[];
    try {
      warnings = authentication.warnings?.(now) ?? [];
    } catch {
      // A warning never decides anything.
      return;
    }
    const before = told;
    told = new Set(warnings.map(({ code }) => code));
    for (const warning of warnings) if (!before.has(warning.code)) tell(warning);
  };
}
