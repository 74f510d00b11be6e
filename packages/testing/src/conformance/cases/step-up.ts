import assert from 'node:assert/strict';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

export const stepUp: ConformanceCase = {
  id: 'step-up',
  title: 'a route can ask how and how lately the user authenticated, and its challenge says so (RFC 9470)',
  run: async (world) => {
    const now = Math.floor(Date.now() / 1000);
    const path = '/stepped-up';
    const send = async (claims: Readonly<Record<string, unknown>>) =>
      world.send({ path, token: await world.token({ claims: { sub: 'user-1', ...claims } }) });
    assertAllowed(await send({ acr: 'silver', auth_time: now - 30 }), 'strong and fresh');
    const refused = [
      ['no acr', { auth_time: now - 30 }],
      ['another acr', { acr: 'bronze', auth_time: now - 30 }],
      ['no auth_time', { acr: 'gold' }],
      ['long ago', { acr: 'gold', auth_time: now - 600 }],
      ['in the future', { acr: 'gold', auth_time: now + 600 }],
    ] as const;
    for (const [what, claims] of refused) {
      const seen = await send(claims);
      assertRefused(seen, { status: 401, reason: 'AUTHENTICATION_INSUFFICIENT', what });
      assert.match(
        String(seen.headers['www-authenticate']),
        /error="insufficient_user_authentication", .*acr_values="gold silver", max_age="60"/,
        what,
      );
    }
    const { orders } = world.identities;
    assertRefused(await world.send({ path, identity: orders }), {
      status: 401,
      reason: 'AUTHENTICATION_INSUFFICIENT',
      what: 'a certificate authenticates no user',
    });
  },
};
