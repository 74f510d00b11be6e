import assert from 'node:assert/strict';
import { assertAllowed } from '../expectations.ts';
import { statusOrCut } from '../status-or-cut.ts';
import type { ConformanceCase } from '../world.ts';

export const oversizedRequest: ConformanceCase = {
  id: 'oversized-request',
  title: 'a request beyond the limits of HTTP reaches no handler, and the next one is served',
  attacks: [28, 90],
  run: async (world) => {
    const token = await world.token();
    const before = world.handlerRuns();
    const rows = [
      ['a token of 1 MB', { path: '/whoami', token: `${token}${'A'.repeat(1_000_000)}` }],
      ['a path of 100 kB', { path: `/whoami?x=${'x'.repeat(100_000)}`, token }],
      ['a header of 100 kB', { path: '/whoami', token, headers: [['x-filler', 'x'.repeat(100_000)]] as const }],
    ] as const;
    for (const [what, request] of rows) {
      const status = await statusOrCut(world, request);
      assert.ok(status === 'cut' || [400, 413, 414, 431].includes(status), `${what}: ${status}`);
    }
    assert.equal(world.handlerRuns(), before, 'no handler ran');
    assertAllowed(await world.send({ path: '/whoami', token }), 'the next request');
  },
};
