/**
 * A judgement that anybody may call with anything: what is thrown inside, because an argument is of another type or an
 * option is wrong, comes out as a refusal. It is never a pass, and never an exception.
 */
import { ConfigurationError } from './configuration-error.ts';
import { refuse, type Outcome } from './outcome.ts';

/** Judges. The message of a foreign error stays inside, because it may quote what was presented. */
export function judgeSafely<T>(judge: () => Outcome<T>): Outcome<T> {
  try {
    return judge();
  } catch (error) {
    const faults = faultsOf(error);
    if (faults === undefined) return refuse('INTERNAL_FAULT', 'arguments', { expected: 'as documented' });
    return refuse('INTERNAL_FAULT', 'options', { expected: 'no fault', actual: faults });
  }
}

/** The faults of an error of ours. Anything can be thrown, also what throws again when it is looked at. */
function faultsOf(error: unknown): string | undefined {
  try {
    if (!(error instanceof ConfigurationError)) return undefined;
    return error.faults.map(({ option, problem, fix }) => `${option} ${problem} (${fix})`).join('; ');
  } catch {
    return undefined;
  }
}
