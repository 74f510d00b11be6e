import assert from 'node:assert/strict';
import { eachRow } from '../each-row.ts';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

export const refusedTokens: ConformanceCase = {
  id: 'refused-tokens',
  title: 'every broken, forged or foreign token is refused with its reason',
  attacks: [
    1, 2, 5, 7, 8, 9, 10, 11, 14, 15, 16, 17, 18, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 33, 34, 68, 77, 90,
  ],
  run: async (world) => {
    const tokens = await world.refusedTokens();
    assert.ok(tokens.length >= 60, `the catalogue is whole, got ${tokens.length}`);
    assert.equal(new Set(tokens.map(({ name }) => name)).size, tokens.length, 'every row has its own name');
    const before = world.handlerRuns();
    await eachRow(tokens, async ({ name, token, reasons, status = 401 }) => {
      const seen = await world.send({ path: '/whoami', token });
      assertRefused(seen, { status, reason: reasons, what: name });
      assert.ok(!JSON.stringify(seen.events).includes(token), `${name}: the token is in no event`);
    });
    assert.equal(world.handlerRuns(), before, 'no handler ran');
    assert.equal(world.attackerHits(), 0, 'nothing in a token makes the service call anybody');
    assertAllowed(await world.send({ path: '/whoami', token: await world.token() }), 'a good token, afterwards');
  },
};
