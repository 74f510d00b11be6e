/** Expectations that nobody knows are refused: a misspelt one would leave a check out, and nobody would hear of it. */
import { FaultCollector } from './configuration-error.ts';

/** @throws {ConfigurationError} that names every expectation that is not known. For `judgeSafely`. */
export function assertKnown(expectations: object, known: readonly string[]): void {
  const faults = new FaultCollector('The expectations');
  faults.onlyKnown(expectations, known);
  faults.throwIfAny();
}
