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
    if (!(error instanceof ConfigurationError))
      return refuse('INTERNAL_FAULT', 'arguments', { expected: 'as documented' });
    const faults = error.faults.map(({ option, problem, fix }) => `${option} ${problem} (${fix})`);
    return refuse('INTERNAL_FAULT', 'options', { expected: 'no fault', actual: faults.join('; ') });
  }
}
