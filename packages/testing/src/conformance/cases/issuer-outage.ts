import assert from 'node:assert/strict';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

export const issuerOutage: ConformanceCase = {
  id: 'issuer-outage',
  title: 'when keys cannot be had the answer is 503 with Retry-After, and certificates and known keys go on',
  attacks: [38],
  run: async (world) => {
    const token = await world.token();
    world.issuerIsDown(true);
    try {
      assertAllowed(await world.send({ path: '/whoami', token }), 'a token of a known key');
      assertAllowed(await world.send({ path: '/whoami', identity: world.identities.orders }), 'a certificate');
      // Two hours on, no key in hand is fresh enough any more.
      world.shiftClock(2 * 3_600_000);
      const now = Math.floor(Date.now() / 1000) + 2 * 3_600;
      const fresh = await world.token({ claims: { iat: now, exp: now + 300 } });
      const seen = await world.send({ path: '/optional', token: fresh });
      assertRefused(seen, { status: 503, reason: 'ISSUER_KEYS_UNAVAILABLE', what: 'outage' });
      assert.match(seen.headers['retry-after']?.[0] ?? '', /^\d+$/);
      assert.equal(seen.headers['www-authenticate'], undefined, 'an outage is no challenge');
    } finally {
      world.issuerIsDown(false);
      world.shiftClock(0);
    }
  },
};
