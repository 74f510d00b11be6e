/** The options of `clientCredentials`, checked once: every fault in one error, with the fix. */
import { FaultCollector } from '@countersign/core';
import { assertGrantOptions } from '../issuer/assert-grant-options.ts';
import { checkScope } from '../issuer/check-scope.ts';
import {
  checkTokenEndpoint,
  tokenEndpointOptionNames,
  type TokenEndpointOptions,
  type TokenEndpointSettings,
} from '../issuer/token-endpoint-options.ts';

/** Options of `clientCredentials`. */
export interface ClientCredentialsOptions extends TokenEndpointOptions {
  /** What to ask for, space-separated. Default: what the issuer gives by itself. */
  readonly scope?: string | undefined;
}

/** The options after the check. */
export interface ClientCredentialsSettings {
  readonly endpoint: TokenEndpointSettings;
  readonly scopes: readonly string[];
}

const known = [...tokenEndpointOptionNames, 'scope'];

/**
 * Checks the options.
 * @throws {ConfigurationError} with every fault.
 */
export function checkClientCredentials(options: ClientCredentialsOptions): ClientCredentialsSettings {
  const faults = new FaultCollector('clientCredentials');
  assertGrantOptions(faults, options);
  faults.onlyKnown(options, known);
  const endpoint = checkTokenEndpoint(faults, options);
  const scopes = checkScope(faults, options.scope);
  faults.throwIfAny();
  return Object.freeze({ endpoint, scopes });
}
