/** Checks the algorithm of a key that a test wants, as its other options are checked. */
import { algorithmNames, type FaultCollector } from '@countersign/core';

/** Names an algorithm that no key can be made for. */
export function checkAlgorithm(faults: FaultCollector, algorithm: unknown): void {
  if (algorithm === undefined || (algorithmNames as readonly unknown[]).includes(algorithm)) return;
  faults.add('CONFIG_INVALID', 'algorithm', 'is not accepted', `name one of ${algorithmNames.join(', ')}`);
}
