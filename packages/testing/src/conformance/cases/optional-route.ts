import assert from 'node:assert/strict';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

export const optionalRoute: ConformanceCase = {
  id: 'optional-route',
  title: 'optional means no credential, never a bad one',
  attacks: [63],
  run: async (world) => {
    const anonymous = assertAllowed(await world.send({ path: '/optional' }), 'anonymous');
    assert.equal(anonymous['caller'], null);
    assert.equal(anonymous['context'], null);
    const token = await world.token();
    assert.notEqual(assertAllowed(await world.send({ path: '/optional', token }), 'known')['caller'], null);
    const rows = [
      ['a tampered token', `Bearer ${token.slice(0, -8)}AAAAAAAA`, 401],
      ['an expired token', `Bearer ${await world.token({ claims: { iat: 1, exp: 2 } })}`, 401],
      ['an empty scheme', 'Bearer', 400],
      ['another scheme', 'Basic dXNlcjpwYXNz', 401],
      ['rubbish', ',', 400],
    ] as const;
    for (const [what, authorization, status] of rows) {
      const seen = await world.send({ path: '/optional', headers: [['authorization', authorization]] });
      const reasons = seen.events.map((event) => String(event['event.reason']));
      assertRefused(seen, { status, reason: reasons, what });
    }
  },
};
