import assert from 'node:assert/strict';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

export const senderConstrained: ConformanceCase = {
  id: 'sender-constrained',
  title: 'where callers must be sender-constrained, on a route or on all, a bearer token is not enough',
  attacks: [68],
  run: async (world) => {
    const { orders } = world.identities;
    const bearer = await world.token();
    const bound = await world.tokenBoundTo(orders);
    const missing = { status: 401, reason: 'BINDING_MISSING' } as const;
    assertAllowed(await world.send({ path: '/bound', identity: orders }), 'a certificate');
    assertAllowed(await world.send({ path: '/bound', token: bound, identity: orders }), 'a bound token');
    assertAllowed(await world.send({ path: '/whoami', token: bearer }), 'a bearer token, where it is enough');
    const refused = await world.send({ path: '/bound', token: bearer });
    assertRefused(refused, { ...missing, what: 'a bearer token' });
    assert.match(String(refused.headers['www-authenticate']), /Bearer realm="[^"]+", error="invalid_token"/);

    await world.withService({ senderConstrained: true }, async (strict) => {
      assertAllowed(await strict.send({ path: '/whoami', identity: orders }), 'a certificate, everywhere');
      assertAllowed(
        await strict.send({ path: '/whoami', token: bound, identity: orders }),
        'a bound token, everywhere',
      );
      for (const path of ['/whoami', '/optional', '/nowhere']) {
        assertRefused(await strict.send({ path, token: bearer }), { ...missing, what: `a bearer token on ${path}` });
      }
      assertAllowed(await strict.send({ path: '/optional' }), 'nobody, where that is fine');
    });
  },
};
