/** The option `scope` of a grant: scopes with single spaces between them (RFC 6749 §3.3). */
import { parseScopes, type FaultCollector } from '@countersign/core';

/** The scopes; none when the option is absent or has a fault. */
export function checkScope(faults: FaultCollector, scope: unknown): readonly string[] {
  if (scope === undefined) return Object.freeze([]);
  const scopes = typeof scope === 'string' ? parseScopes(scope) : undefined;
  if (scopes !== undefined && scopes.size > 0) return Object.freeze([...scopes]);
  faults.add('CONFIG_INVALID', 'scope', 'is not a text of scopes', 'write "a:read b:write", with single spaces');
  return Object.freeze([]);
}
