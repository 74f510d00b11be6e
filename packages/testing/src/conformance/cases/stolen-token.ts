import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

export const stolenToken: ConformanceCase = {
  id: 'stolen-token',
  title: 'a token shown by another workload, or bound to another key, is refused',
  attacks: [68, 88],
  run: async (world) => {
    const { orders, web } = world.identities;
    const plain = await world.token();
    const bound = await world.tokenBoundTo(orders);
    assertRefused(await world.send({ path: '/whoami', token: plain, identity: web }), {
      status: 403,
      reason: 'IDENTITY_CONFLICT',
      what: "orders' token with web's certificate",
    });
    assertAllowed(await world.send({ path: '/whoami', token: bound, identity: orders }), 'bound token, right key');
    assertRefused(await world.send({ path: '/whoami', token: bound }), {
      status: 401,
      reason: 'BINDING_MISSING',
      what: 'bound token as plain bearer',
    });
    assertRefused(await world.send({ path: '/whoami', token: bound, identity: web }), {
      status: 401,
      reason: 'BINDING_MISMATCH',
      what: 'bound token, other key',
    });
    const forOther = await world.token({ claims: { aud: 'https://payments.test' } });
    assertRefused(await world.send({ path: '/whoami', token: forOther, identity: orders }), {
      status: 401,
      reason: 'TOKEN_AUDIENCE_MISMATCH',
      what: 'a token for another service, forwarded',
    });
  },
};
