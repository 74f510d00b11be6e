import assert from 'node:assert/strict';
import type { AuditEvent } from '@countersign/core';
import type { ConnectionAnswer } from '../../read-answers.ts';
import { eachRow } from '../each-row.ts';
import { assertAllowed } from '../expectations.ts';
import { workloads } from '../service.ts';
import { smugglingAttempts } from '../smuggling-attempts.ts';
import type { ConformanceCase, ConformanceWorld } from '../world.ts';

const host = 'Host: inventory.test';
const last = ['GET /healthz HTTP/1.1', host, 'Connection: close', '', ''].join('\r\n');

/** Traces, which tell whose event it is. */
const honestTrace = 'a'.repeat(32);
const hiddenTrace = 'b'.repeat(32);
const markOf = (trace: string): string => `traceparent: 00-${trace}-${'c'.repeat(16)}-01`;

/** A whole GET without a body. */
function get(path: string, ...lines: readonly string[]): string {
  return [`GET ${path} HTTP/1.1`, host, ...lines, '', ''].join('\r\n');
}

/** Who a handler says it saw. */
function callerIn({ status, body }: ConnectionAnswer): unknown {
  return status === 200 ? (JSON.parse(body) as Readonly<Record<string, unknown>>)['caller'] : undefined;
}

/** The honest request alone had a caller, and the hidden one was nobody whenever it was judged. */
function assertNobodyElse(events: readonly AuditEvent[]): void {
  for (const event of events) {
    const { 'caller.id': caller, 'event.outcome': outcome, trace_id: trace } = event;
    if (trace === honestTrace) assert.equal(caller, workloads.orders, 'the honest request is of its caller');
    else {
      assert.equal(trace, hiddenTrace, 'an event belongs to one of the two requests');
      assert.equal(caller, undefined, 'the hidden request has no caller');
      assert.equal(outcome, 'failure', 'the hidden request is refused');
      assert.equal(event['event.reason'], 'CREDENTIAL_MISSING');
    }
  }
  const honest = events.filter(({ trace_id: trace }) => trace === honestTrace);
  assert.ok(new Set(honest.map((event) => event['request.id'])).size <= 1, 'the honest request is one');
}

/** With credentials of their own, both requests on a connection are answered, each as its own. */
async function assertEachAsItself(world: ConformanceWorld, token: string): Promise<void> {
  const bearer = (of: string): string => `Authorization: Bearer ${of}`;
  const web = await world.token({ claims: { client_id: 'web', sub: 'web' } });
  const callersOf = async (bytes: string, identity?: 'orders'): Promise<readonly unknown[]> => {
    const { answers } = await world.sendBytes({ bytes, last, identity: identity && world.identities[identity] });
    return answers.map((answer) => callerIn(answer) ?? answer.status);
  };
  const both = get('/whoami', bearer(token)) + get('/whoami', bearer(web));
  assert.deepEqual(await callersOf(both), [workloads.orders, workloads.web, 200], 'two tokens');
  // A certificate is the connection's: whoever writes on it is its workload.
  const none = get('/whoami') + get('/whoami');
  assert.deepEqual(await callersOf(none, 'orders'), [workloads.orders, workloads.orders, 200], 'one certificate');
  assert.deepEqual(await callersOf(none), [401, 401, 200], 'nothing');
}

export const smuggledRequests: ConformanceCase = {
  id: 'smuggled-requests',
  title: 'a request that hides in another one, or behind it, has nothing of its credentials',
  attacks: [58],
  run: async (world) => {
    const token = await world.token({ claims: { scope: 'inventory:read inventory:write' } });
    const attempts = smugglingAttempts({
      host,
      authorization: `Authorization: Bearer ${token}`,
      mark: markOf(honestTrace),
      hidden: get('/whoami', markOf(hiddenTrace)),
    });
    let hasWaited = false;
    await eachRow(attempts, async ({ bytes, expected }) => {
      // Each further one could take as long.
      assert.ok(!hasWaited, 'not tried, because the server waits for more after an earlier one');
      const runsBefore = world.handlerRuns();
      const eventsBefore = world.events.length;
      const { answers, hasEnded } = await world.sendBytes({ bytes, last });
      const events = world.events.slice(eventsBefore);
      const statuses = answers.map(({ status }) => status);
      hasWaited = !hasEnded;
      assert.ok(hasEnded, `the server waits for more, after ${statuses.join(', ')}`);
      assert.ok(!statuses.includes(101), 'the protocol stays');
      const [, ...later] = answers;
      assert.deepEqual(
        later.map(callerIn).filter((caller) => caller !== undefined),
        [],
        'one caller at most',
      );
      assertNobodyElse(events);
      if (expected === 'honest') return;
      assert.ok(
        statuses.every((status) => status === 400) && statuses.length <= 1,
        `refused, got ${statuses.join(', ')}`,
      );
      assert.equal(world.handlerRuns(), runsBefore, 'no handler ran');
      assert.equal(events.length, 0, 'nobody was judged');
    });
    await assertEachAsItself(world, token);
    assertAllowed(await world.send({ path: '/whoami', token }), 'the next connection');
  },
};
