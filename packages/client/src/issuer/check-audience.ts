/** The audience of a client, as the parameter of a token request. */
import { FaultCollector } from '@countersign/core';
import type { TokenEndpointSettings } from './token-endpoint-options.ts';

/**
 * RFC 8707 §2: the parameter `resource` is an absolute URI without fragment.
 * @throws {ConfigurationError} in the name of the grant.
 */
export function checkAudience(
  grant: string,
  { audienceParameter }: Pick<TokenEndpointSettings, 'audienceParameter'>,
  audience: string,
): void {
  if (audienceParameter !== 'resource' || (URL.canParse(audience) && !audience.includes('#'))) return;
  const faults = new FaultCollector(grant);
  const fix = 'write audience of the client as a URI, or audienceParameter: "audience" here, if the issuer wants that';
  faults.add('CONFIG_INVALID', 'audience', 'is not an absolute URI, as RFC 8707 demands', fix);
  faults.throwIfAny();
}
