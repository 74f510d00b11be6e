import assert from 'node:assert/strict';
import { eachRow } from '../each-row.ts';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

export const refusedCertificates: ConformanceCase = {
  id: 'refused-certificates',
  title: 'every certificate outside the profile is refused, with and without a good token beside it',
  attacks: [34, 42, 44, 45, 46, 47, 48, 49, 51],
  run: async (world) => {
    const certificates = await world.refusedCertificates();
    assert.ok(certificates.length >= 12, `the catalogue is whole, got ${certificates.length}`);
    const token = await world.token();
    const before = world.handlerRuns();
    await eachRow(certificates, async ({ name, identity, reasons }) => {
      for (const beside of [{}, { token }]) {
        const seen = await world.send({ path: '/whoami', identity, ...beside });
        assertRefused(seen, { status: 401, reason: reasons, what: name });
      }
    });
    assert.equal(world.handlerRuns(), before, 'no handler ran');
    const { orders } = world.identities;
    assertAllowed(await world.send({ path: '/whoami', identity: orders, token }), 'a good certificate, afterwards');
  },
};
