/** Attack row 62: a call of a kind that nobody can read the credentials of is refused, whatever its handler permits. */
import { describe, expect, test } from 'vitest';
import { compileRequirement, undeclaredRoute, unmatchedRoute } from '../policy/requirement.ts';
import { judgeCall } from './judge-call.ts';
import { factsWith, service, summary } from './pipeline.test-kit.ts';
import { isUnreadable, unreadableFacts } from './unreadable-facts.ts';

const anyCaller = 'a test';
const optional = compileRequirement({ anyCaller, optional: true }, 'a test');

describe('a call that cannot be read', () => {
  test.each([
    ['asks for a caller', compileRequirement({ scope: 'inventory:read' }, 'a test')],
    ['welcomes every caller', compileRequirement({ anyCaller }, 'a test')],
    ['is optional', optional],
    ['declares nothing', undeclaredRoute],
    ['is unknown', unmatchedRoute],
  ])('is refused where the handler %s, with one event that names the handler', async (_title, requirement) => {
    const { auth, events } = service();
    const call = { facts: unreadableFacts('OrdersController.onMessage'), carrier: {}, requirement };
    expect(summary(await judgeCall(auth, call))).toBe('401 CREDENTIAL_MISSING');
    expect(events).toMatchObject([
      { 'event.outcome': 'failure', 'messaging.operation.name': 'OrdersController.onMessage' },
    ]);
  });

  test('is told apart from a request that presents nothing, which "optional" lets through', async () => {
    const facts = factsWith();
    expect([
      isUnreadable(facts),
      isUnreadable(unreadableFacts('x')),
      isUnreadable({ ...unreadableFacts('x') }),
    ]).toEqual([false, true, false]);
    const { auth } = service();
    expect(summary(await judgeCall(auth, { facts, carrier: {}, requirement: optional }))).toBe('allowed');
  });
});
