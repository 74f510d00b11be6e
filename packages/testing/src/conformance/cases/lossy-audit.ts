import assert from 'node:assert/strict';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

export const lossyAudit: ConformanceCase = {
  id: 'lossy-audit',
  title: 'a sink that fails costs its event and a notice, and neither lets in nor keeps out',
  attacks: [89],
  run: async (world) => {
    const write = async (): Promise<never> => {
      throw new Error('the disk is full');
    };
    await world.withService({ audit: { write } }, async (lossy) => {
      assertAllowed(await lossy.send({ path: '/whoami', token: await lossy.token() }), 'a caller');
      assertRefused(await lossy.send({ path: '/whoami' }), {
        status: 401,
        reason: 'CREDENTIAL_MISSING',
        what: 'a stranger',
      });
      const lost = lossy.notices.filter(({ code }) => code === 'AUDIT_EVENT_DROPPED');
      assert.equal(lost.length, lossy.events.length, 'every lost event is told of');
    });
  },
};
