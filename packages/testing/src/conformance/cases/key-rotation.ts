import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

export const keyRotation: ConformanceCase = {
  id: 'key-rotation',
  title: 'a new key of the issuer works at once, the old one until it is withdrawn',
  attacks: [13, 36, 40],
  run: async (world) => {
    const old = await world.token();
    assertAllowed(await world.send({ path: '/whoami', token: old }), 'the key in use');
    world.rotateKeys();
    assertAllowed(await world.send({ path: '/whoami', token: await world.token() }), 'a key never seen before');
    assertAllowed(await world.send({ path: '/whoami', token: old }), 'the old key, still published');
    world.rotateKeys();
    world.withdrawOldKeys();
    assertAllowed(await world.send({ path: '/whoami', token: await world.token() }), 'the next new key');
    assertRefused(await world.send({ path: '/whoami', token: old }), {
      status: 401,
      reason: 'TOKEN_KEY_UNKNOWN',
      what: 'a withdrawn key, in a token that is still in time',
    });
  },
};
