import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

export const resumedSession: ConformanceCase = {
  id: 'resumed-session',
  title: 'a second connection that resumes a TLS session without a certificate is nobody, like the first',
  attacks: [41],
  run: async (world) => {
    const first = await world.send({ path: '/whoami' });
    assertRefused(first, { status: 401, reason: 'CREDENTIAL_MISSING', what: 'first connection' });
    const session = first.session === undefined ? {} : { session: first.session };
    const second = await world.send({ path: '/whoami', ...session });
    assertRefused(second, { status: 401, reason: 'CREDENTIAL_MISSING', what: 'second connection' });
    const known = await world.send({ path: '/whoami', identity: world.identities.orders });
    assertAllowed(known, 'with a certificate');
    const taken = known.session === undefined ? {} : { session: known.session };
    assertRefused(await world.send({ path: '/whoami', ...taken }), {
      status: 401,
      reason: 'CREDENTIAL_MISSING',
      what: "the session of orders, offered without orders' certificate",
    });
  },
};
