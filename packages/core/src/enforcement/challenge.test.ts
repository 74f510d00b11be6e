/** What a policy answers ends up in a header: only scopes may. */
import { expect, test } from 'vitest';
import { denialResponse } from './challenge.ts';

const context = { realm: 'inventory', kinds: new Set(['bearer-token'] as const) };

test.each([
  ['one scope', ['inventory:read'], ', scope="inventory:read"'],
  ['several scopes', ['a', 'b'], ', scope="a b"'],
  ['no scope', [], ''],
  ['a quote', ['a", error="none'], ''],
  ['a line end', ['a\r\nset-cookie: b'], ''],
  ['letters outside ASCII', ['größe'], ''],
  ['a good one beside a bad one', ['a', 'b\n'], ', scope="a"'],
])('the challenge names scopes and nothing else: %s', (_title, scopes, shown) => {
  const { headers } = denialResponse({ reason: 'SCOPE_INSUFFICIENT', scopes, traceId: '0'.repeat(32) }, context);
  const [challenge] = headers['www-authenticate'] as readonly string[];
  expect(challenge?.replace(/^.*error_description="[^"]*"/, '')).toBe(shown);
});
