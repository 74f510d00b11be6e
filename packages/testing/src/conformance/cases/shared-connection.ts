import assert from 'node:assert/strict';
import { workloads } from '../service.ts';
import type { SharedAnswer } from '../shared-connection.ts';
import type { ConformanceCase } from '../world.ts';

/** Who the handler says it saw, or the status of the refusal. */
function seenBy({ status, body }: SharedAnswer): unknown {
  if (status !== 200) return status;
  const { caller, before, after } = JSON.parse(body) as Readonly<Record<string, unknown>>;
  assert.deepEqual([before, after], [caller, caller], 'the context is the one of the request');
  return caller;
}

export const sharedConnection: ConformanceCase = {
  id: 'shared-connection',
  title: 'requests on one connection share its certificate and nothing else',
  attacks: [58],
  run: async (world) => {
    const { orders, web } = workloads;
    const tokens = {
      orders: await world.token(),
      web: await world.token({ claims: { client_id: 'web', sub: 'web' } }),
      bad: `${(await world.token()).slice(0, -8)}AAAAAAAA`,
    };
    const send = async (names: readonly (keyof typeof tokens | 'none')[], identity?: 'orders' | 'web') => {
      const requests = names.map((name) => ({ path: '/slow', ...(name !== 'none' && { token: tokens[name] }) }));
      const answers = await world.sendTogether(requests, identity && world.identities[identity]);
      return answers.map(seenBy);
    };
    const strangers = ['orders', 'none', 'web', 'bad', 'none', 'orders', 'web', 'none'] as const;
    assert.deepEqual(await send(strangers), [orders, 401, web, 401, 401, orders, web, 401], 'no certificate');
    const known = ['none', 'orders', 'web', 'none', 'bad', 'none', 'orders'] as const;
    assert.deepEqual(await send(known, 'orders'), [orders, orders, 403, orders, 401, orders, orders], 'of orders');
    assert.deepEqual(await send(['orders', 'none', 'web'], 'web'), [403, web, web], 'of web');
    assert.deepEqual(await send(['none', 'orders']), [401, orders], 'the next connection is its own');
  },
};
