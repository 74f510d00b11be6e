import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

export const bothDemanded: ConformanceCase = {
  id: 'both-demanded',
  title: 'where certificate and token are both demanded, one of them is not enough, and neither is another’s',
  attacks: [68],
  run: async (world) => {
    await world.withService({ demandsBoth: true }, async (strict) => {
      const { orders, web } = strict.identities;
      const token = await strict.token();
      assertAllowed(await strict.send({ path: '/whoami', token, identity: orders }), 'both');
      const missing = { status: 401, reason: 'CREDENTIAL_MISSING' } as const;
      assertRefused(await strict.send({ path: '/whoami', token }), { ...missing, what: 'the token alone' });
      assertRefused(await strict.send({ path: '/whoami', identity: orders }), {
        ...missing,
        what: 'certificate alone',
      });
      assertRefused(await strict.send({ path: '/optional', token }), { ...missing, what: 'the token alone, optional' });
      assertRefused(await strict.send({ path: '/whoami', token, identity: web }), {
        status: 403,
        reason: 'IDENTITY_CONFLICT',
        what: "another's certificate",
      });
      assertAllowed(await strict.send({ path: '/optional' }), 'nothing, where it is optional');
    });
  },
};
