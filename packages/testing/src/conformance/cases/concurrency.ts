import assert from 'node:assert/strict';
import { assertAllowed } from '../expectations.ts';
import { workloads } from '../service.ts';
import type { ConformanceCase } from '../world.ts';

export const concurrency: ConformanceCase = {
  id: 'concurrency',
  title: 'many callers at once each see only themselves, and nobody sees them afterwards',
  run: async (world) => {
    const token = await world.token();
    const rows = Array.from({ length: 24 }, (_, index) => index % 2 === 0);
    const answers = await Promise.all(
      rows.map(async (isOrders) => {
        const credential = isOrders ? { token } : { identity: world.identities.web };
        return assertAllowed(await world.send({ path: '/slow', ...credential }), 'slow');
      }),
    );
    for (const [index, answer] of answers.entries()) {
      const id = rows[index] === true ? workloads.orders : workloads.web;
      assert.deepEqual(answer, { caller: id, before: id, after: id });
    }
    const after = assertAllowed(await world.send({ path: '/optional' }), 'afterwards');
    assert.equal(after['context'], null);
  },
};
