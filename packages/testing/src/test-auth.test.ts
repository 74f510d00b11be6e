import { compileRequirement, currentCaller, type RequestFacts } from '@countersign/core';
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
