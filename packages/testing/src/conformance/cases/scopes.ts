import assert from 'node:assert/strict';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

export const scopes: ConformanceCase = {
  id: 'scopes',
  title: 'all scopes, or any scope, as the route asks; the challenge names what is missing',
  run: async (world) => {
    const both = await world.token({ claims: { scope: 'inventory:write inventory:read' } });
    const write = await world.token({ claims: { scope: 'inventory:write' } });
    const none = await world.token({ claims: { scope: undefined } });
    const post = { path: '/stock/apple', method: 'POST', body: { quantity: 1 } };
    const answer = assertAllowed(await world.send({ ...post, token: both }), 'all of two');
    assert.deepEqual(answer['body'], { quantity: 1 });
    assert.equal(answer['context'], answer['caller'], 'the context survives the body parser');
    const short = await world.send({ ...post, token: write });
    assertRefused(short, { status: 403, reason: 'SCOPE_INSUFFICIENT', what: 'one of two' });
    assert.match(
      short.headers['www-authenticate']?.[0] ?? '',
      /error="insufficient_scope".*scope="inventory:read inventory:write"/,
    );
    assertAllowed(await world.send({ path: '/either', token: write }), 'any of two');
    assertRefused(await world.send({ path: '/either', token: none }), {
      status: 403,
      reason: 'SCOPE_INSUFFICIENT',
      what: 'none',
    });
  },
};
