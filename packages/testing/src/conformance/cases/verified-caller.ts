import assert from 'node:assert/strict';
import { assertAllowed } from '../expectations.ts';
import { workloads } from '../service.ts';
import type { ConformanceCase } from '../world.ts';

export const verifiedCaller: ConformanceCase = {
  id: 'verified-caller',
  title: 'a certificate, a token, or both make one caller, in the request and in the context',
  run: async (world) => {
    const token = await world.token();
    const identity = world.identities.orders;
    for (const [what, request] of [
      ['token', { token }],
      ['certificate', { identity }],
      ['both', { token, identity }],
    ] as const) {
      const answer = assertAllowed(await world.send({ path: '/whoami', ...request }), what);
      assert.equal(answer['caller'], workloads.orders, what);
      assert.equal(answer['context'], workloads.orders, what);
    }
    const read = assertAllowed(await world.send({ path: '/stock/apple', token, identity }), 'requirement');
    assert.deepEqual(read['scopes'], ['inventory:read']);
  },
};
