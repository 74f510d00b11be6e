import { assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

export const callerNotListed: ConformanceCase = {
  id: 'caller-not-listed',
  title: 'a good certificate or token of a workload that is not on the list is 403',
  attacks: [52],
  run: async (world) => {
    const rows = [
      ['certificate', { path: '/stock/apple', identity: world.identities.web }],
      ['token', { path: '/admin', token: await world.token() }],
      ['both', { path: '/admin', token: await world.token(), identity: world.identities.orders }],
    ] as const;
    for (const [what, request] of rows) {
      assertRefused(await world.send(request), { status: 403, reason: 'CALLER_NOT_ALLOWED', what });
    }
  },
};
