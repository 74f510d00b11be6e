import assert from 'node:assert/strict';
import { assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

export const unmatchedRoute: ConformanceCase = {
  id: 'unmatched-route',
  title: 'a path without route is 401 for strangers and 404 for callers',
  run: async (world) => {
    const token = await world.token();
    for (const method of ['GET', 'POST', 'DELETE']) {
      const stranger = await world.send({ path: '/nowhere', method });
      assertRefused(stranger, { status: 401, reason: 'CREDENTIAL_MISSING', what: `${method} by a stranger` });
      const caller = await world.send({ path: '/nowhere', method, token });
      assert.equal(caller.status, 404, `${method} by a caller`);
    }
  },
};
