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
    const deep = { sub: 'web', act: { sub: 'web2', act: { sub: 'orders' } } };
    const forged = { 'https://issuer.test/act': { sub: 'orders' }, actor: 'orders', may_act: { sub: 'orders' } };
    const foreign = { sub: 'orders', iss: 'https://other.test' };
    const self = await world.token({ claims: { sub: 'orders', act: { sub: 'orders' } } });
    const innermost = await world.token({ claims: { sub: 'user-1', act: deep } });
    const posing = await world.token({ claims: { sub: 'user-1', ...forged } });
    const actingAbroad = await world.token({ claims: { sub: 'user-1', act: foreign } });
    const badMayAct = await world.token({ claims: { sub: 'user-1', may_act: ['orders'] } });
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
      ['/for-user', self, 'SUBJECT_REQUIRED'],
      ['/for-user', badMayAct, 'ACTOR_CHAIN_TOO_LONG'],
      ['/delegated', innermost, 'ACTOR_NOT_ALLOWED'],
      ['/delegated', posing, 'ACTOR_NOT_ALLOWED'],
      ['/tenant', own, 'TENANT_NOT_ALLOWED'],
      ['/tenant', evil, 'TENANT_NOT_ALLOWED'],
    ] as const;
    for (const [path, token, reason] of refused) {
      assertRefused(await world.send({ path, token }), { status: 403, reason, what: `${path} ${reason}` });
    }
    assertRefused(await world.send({ path: '/delegated', token: actingAbroad }), {
      status: 401,
      reason: 'TOKEN_ISSUER_UNKNOWN',
      what: 'an actor of another issuer',
    });
  },
};
