import assert from 'node:assert/strict';
import { assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

export const otherMethods: ConformanceCase = {
  id: 'other-methods',
  title: 'HEAD follows GET, and OPTIONS is no way around',
  attacks: [61],
  run: async (world) => {
    const preflight = [
      ['origin', 'https://evil.test'],
      ['access-control-request-method', 'GET'],
      ['access-control-request-headers', 'authorization'],
    ] as const;
    for (const [what, headers] of [
      ['preflight', preflight],
      ['plain OPTIONS', []],
    ] as const) {
      const seen = await world.send({ path: '/stock/apple', method: 'OPTIONS', headers });
      assertRefused(seen, { status: 401, reason: 'CREDENTIAL_MISSING', what });
      assert.equal(seen.headers['allow'], undefined, `${what}: no list of methods for strangers`);
    }
    const head = await world.send({ path: '/stock/apple', method: 'HEAD' });
    assert.equal(head.status, 401);
    assert.equal(head.body, '');
    const token = await world.token();
    const known = await world.send({ path: '/stock/apple', method: 'HEAD', token });
    assert.equal(known.status, 200);
    assert.equal(known.body, '');
  },
};
