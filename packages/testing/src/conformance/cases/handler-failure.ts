import assert from 'node:assert/strict';
import type { ConformanceCase } from '../world.ts';

export const handlerFailure: ConformanceCase = {
  id: 'handler-failure',
  title: 'a handler that fails is the framework’s 500, after one allow event',
  attacks: [89],
  run: async (world) => {
    const seen = await world.send({ path: '/fails', token: await world.token() });
    assert.equal(seen.status, 500);
    assert.deepEqual([...new Set(seen.events.map((event) => event['event.name']))], ['authz.allow']);
    const stranger = await world.send({ path: '/fails' });
    assert.equal(stranger.status, 401, 'the handler did not run');
  },
};
