import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

const tenMinutes = 600_000;

export const clock: ConformanceCase = {
  id: 'clock',
  title: 'a clock that is ten minutes off refuses, and no cache outlives the token',
  attacks: [13, 85],
  run: async (world) => {
    const token = await world.token();
    assertAllowed(await world.send({ path: '/whoami', token }), 'on time');
    try {
      world.shiftClock(tenMinutes);
      assertRefused(await world.send({ path: '/whoami', token }), {
        status: 401,
        reason: 'TOKEN_EXPIRED',
        what: 'the same token later',
      });
      world.shiftClock(-tenMinutes);
      assertRefused(await world.send({ path: '/whoami', token }), {
        status: 401,
        reason: 'TOKEN_NOT_YET_VALID',
        what: 'the same token before it was issued',
      });
    } finally {
      world.shiftClock(0);
    }
    assertAllowed(await world.send({ path: '/whoami', token }), 'on time again');
  },
};
