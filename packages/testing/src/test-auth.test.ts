import { compileRequirement, ConfigurationError, currentCaller, type RequestFacts } from '@countersign/core';
import { afterEach, expect, test, vi } from 'vitest';
import { createTestAuth } from './test-auth.ts';
import { testCaller, withCaller } from './test-caller.ts';

const facts: RequestFacts = {
  transport: 'http',
  method: 'GET',
  target: '/stock',
  header: (name) => (name === 'authorization' ? ['Bearer whatever'] : []),
  requestId: 'r1',
};
const readStock = compileRequirement({ scope: 'inventory:read' }, 'a test');

afterEach(() => {
  vi.unstubAllEnvs();
});

test('requirements decide about the test caller as about a real one', async () => {
  const auth = createTestAuth({ caller: testCaller({ scopes: ['inventory:read'] }) });
  expect(await auth.check(facts, readStock)).toMatchObject({
    outcome: 'allowed',
    caller: { id: 'spiffe://test.invalid/caller' },
  });
  auth.as(testCaller({ scopes: ['inventory:write'] }));
  expect(await auth.check(facts, readStock)).toMatchObject({ outcome: 'denied', reason: 'SCOPE_INSUFFICIENT' });
  auth.as(undefined);
  expect(await auth.check(facts, readStock)).toMatchObject({ outcome: 'denied', reason: 'CREDENTIAL_MISSING' });
});

test('subject, actors, tenant and roles reach the handler', async () => {
  const caller = testCaller({
    id: 'spiffe://prod.example/orders',
    subject: 'user-1',
    actors: ['orders'],
    tenant: 'acme',
    roles: ['admin'],
  });
  const verdict = await createTestAuth({ caller }).check(facts, compileRequirement({ subject: 'required' }, 'a test'));
  expect(verdict).toMatchObject({
    outcome: 'allowed',
    caller: {
      id: 'spiffe://prod.example/orders',
      subject: { id: 'user-1' },
      actors: ['orders'],
      tenant: 'acme',
      roles: ['admin'],
    },
  });
});

test('an expired test caller is refused like a real one', async () => {
  const auth = createTestAuth({ caller: testCaller({ scopes: ['inventory:read'], expiresAt: Date.now() - 1 }) });
  expect(await auth.check(facts, readStock)).toMatchObject({ outcome: 'denied', reason: 'TOKEN_EXPIRED' });
});

test('withCaller is the context of a request', () => {
  const caller = testCaller();
  expect(withCaller(caller, () => currentCaller())).toBe(caller);
});

test('none of it starts in production', () => {
  const caller = testCaller();
  vi.stubEnv('NODE_ENV', 'production');
  expect(() => testCaller()).toThrow(/NODE_ENV/);
  expect(() => withCaller(caller, () => 1)).toThrow(/NODE_ENV/);
  expect(() => createTestAuth({ caller })).toThrow(/NODE_ENV/);
});

test.each<[string, object, readonly string[]]>([
  ['what it knows', { id: 'oauth:https://issuer.test#orders', scopes: ['inventory:read'], roles: [], actors: [] }, []],
  ['a misspelt option', { scope: ['inventory:read'] }, ['scope']],
  ['an id that is none', { id: 'orders' }, ['id']],
  ['a text where a list is meant', { scopes: 'inventory:read' }, ['scopes']],
  ['a list of other things', { roles: [1], actors: {} }, ['roles', 'actors']],
  ['all of it at once', { role: 'x', id: '', scopes: null, actors: 'x' }, ['role', 'id', 'actors']],
])('a test caller of %s', (_case, options, expected) => {
  let faults: readonly string[] = [];
  try {
    testCaller(options);
  } catch (error) {
    faults = (error as ConfigurationError).faults.map(({ option }) => option);
  }
  expect(faults).toEqual(expected);
});

test.each([[{ callr: testCaller() }], [{ Caller: testCaller() }], [{ accept: [] }]])(
  'a test service with an option that does not exist is a fault: %o',
  (options) => {
    expect(() => createTestAuth(options as object)).toThrow(/createTestAuth has a fault:\n.*CONFIG_UNKNOWN_OPTION/);
    expect(() => createTestAuth({})).not.toThrow();
  },
);
