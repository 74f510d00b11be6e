/** A token typed where a file name belongs: it stands in the history of the shell and in the process list. */
import { UsageError } from './usage-error.ts';

// Also where the name or the value of an option belongs: an unknown option is named in the error.
const looksLikeToken = /^-{0,2}(?:[a-z]+=)?\s*(?:Bearer\s+)?ey[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\./i;

/**
 * Refuses such an argument before it is opened, imported or shown in an error.
 * @throws {UsageError} without the argument.
 */
export function refuseTokenInArgument(argument: string): void {
  if (!looksLikeToken.test(argument)) return;
  throw new UsageError(
    'a token on the command line stays in the history of the shell and in the process list',
    'pass it on standard input: countersign inspect < file',
  );
}
