/** That the options of a grant are an object: without it no other check of them can begin. */
import type { FaultCollector } from '@countersign/core';

/**
 * Ends the checks when they are none.
 * @throws {ConfigurationError} in the name of the grant.
 */
export function assertGrantOptions(faults: FaultCollector, options: unknown): void {
  if (typeof options === 'object' && options !== null) return;
  faults.add('CONFIG_MISSING', 'options', 'are not an object', 'pass { issuer, clientAuthentication, scope }');
  faults.throwIfAny();
}
