import assert from 'node:assert/strict';
import type { ConformanceCase } from '../world.ts';

export const publicRoute: ConformanceCase = {
  id: 'public-route',
  title: 'a public route answers anybody, checks nothing and records nothing',
  run: async (world) => {
    for (const headers of [[], [['authorization', 'Bearer rubbish']]] as const) {
      const seen = await world.send({ path: '/healthz', headers });
      assert.equal(seen.status, 200);
      assert.deepEqual(JSON.parse(seen.body), { ok: true });
      assert.equal(seen.events.length, 0);
    }
  },
};
