import assert from 'node:assert/strict';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

export const subjectActorTenant: ConformanceCase = {
  id: 'subject-actor-tenant',
  title: 'subject, outermost actor and tenant decide where the route asks for them',
  attacks: [77],
  run: async (world) => {
    const own = await world.token();
    const forUser = await world.token({ claims: { sub: 'user-1' } });
    const acting = await world.token({ claims: { sub: 'user-1', act: { sub: 'orders', act: { sub: 'web' } } } });
    const other = await world.token({ claims: { sub: 'user-1', act: { sub: 'web', act: { sub: 'orders' } } } });
    const acme = await world.token({ claims: { tenant: 'acme' } });
    const evil = await world.token({ claims: { tenant: 'acme-evil' } });
    assert.equal(
      assertAllowed(await world.send({ path: '/for-user', token: forUser }), 'subject')['subject'],
      'user-1',
    );
    assertAllowed(await world.send({ path: '/workloads-only', token: own }), 'no subject');
    assertAllowed(await world.send({ path: '/delegated', token: acting }), 'outermost actor');
    assertAllowed(await world.send({ path: '/tenant', token: acme }), 'tenant');
    const refused = [
      ['/for-user', own, 'SUBJECT_REQUIRED'],
      ['/workloads-only', forUser, 'SUBJECT_NOT_ALLOWED'],
      ['/delegated', own, 'ACTOR_NOT_ALLOWED'],
      ['/delegated', forUser, 'ACTOR_NOT_ALLOWED'],
      ['/delegated', other, 'ACTOR_NOT_ALLOWED'],
      ['/tenant', own, 'TENANT_NOT_ALLOWED'],
      ['/tenant', evil, 'TENANT_NOT_ALLOWED'],
    ] as const;
    for (const [path, token, reason] of refused) {
      assertRefused(await world.send({ path, token }), { status: 403, reason, what: `${path} ${reason}` });
    }
  },
};
