import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { assertAllowed } from '../expectations.ts';
import { workloads } from '../service.ts';
import type { ConformanceCase } from '../world.ts';

export const traceAndAudit: ConformanceCase = {
  id: 'trace-and-audit',
  title: 'the record names caller, proof, audience, scopes, route and decision, in the trace of the caller',
  run: async (world) => {
    const traceId = randomBytes(16).toString('hex');
    const seen = await world.send({
      path: '/stock/apple?secret=in-query',
      token: await world.token({ claims: { sub: 'user-1', jti: 'jti-of-this-case' } }),
      identity: world.identities.orders,
      headers: [['traceparent', `00-${traceId}-${'1'.repeat(16)}-01`]],
    });
    assertAllowed(seen, 'read');
    const event = seen.events.at(-1);
    assert.ok(event);
    assert.equal(event.trace_id, traceId);
    assert.notEqual(event.span_id, '1'.repeat(16));
    assert.equal(event['caller.id'], workloads.orders);
    assert.deepEqual(event['auth.methods'], ['client-certificate', 'access-token']);
    assert.match(event['cert.sha256'] ?? '', /^[0-9A-F]{64}$/);
    assert.match(event['token.jti_hash'] ?? '', /^[\w-]{22}$/);
    assert.match(event['user.hash'] ?? '', /^[\w-]{22}$/);
    assert.deepEqual(event['token.scopes'], ['inventory:read']);
    assert.match(event['http.route'] ?? '', /^\/stock\/:sku$/);
    assert.equal(event['http.request.method'], 'GET');
    assert.equal(event['policy.decision'], 'allow');
    const text = JSON.stringify(seen.events);
    for (const hidden of ['jti-of-this-case', 'user-1', 'in-query', '/stock/apple']) {
      assert.ok(!text.includes(hidden), `${hidden} is in the record`);
    }
    const bad = await world.send({
      path: '/whoami',
      headers: [
        ['traceparent', '00-xyz-1-01'],
        ['traceparent', 'x'],
      ],
    });
    assert.match(bad.events[0]?.trace_id ?? '', /^[0-9a-f]{32}$/, 'a broken trace begins a new one');
  },
};
