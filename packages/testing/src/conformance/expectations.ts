/** What cases assert over and over, once. */
import assert from 'node:assert/strict';
import type { Observation } from './world.ts';

/** The request reached its handler; answers the handler's JSON. */
export function assertAllowed(seen: Observation, what: string): Record<string, unknown> {
  assert.equal(seen.status, 200, `${what}: expected 200, got ${seen.status} ${reasonsOf(seen)}`);
  assert.equal(seen.events.at(-1)?.['event.outcome'], 'success', `${what}: the last event says success`);
  return JSON.parse(seen.body) as Record<string, unknown>;
}

/** The request was refused with this status and one of these reasons, in exactly one failure event. */
export function assertRefused(
  seen: Observation,
  expected: { readonly status: number; readonly reason: string | readonly string[]; readonly what: string },
): void {
  const { status, what } = expected;
  const allowed = typeof expected.reason === 'string' ? [expected.reason] : expected.reason;
  const failures = seen.events.filter((event) => event['event.outcome'] === 'failure');
  assert.equal(
    failures.length,
    1,
    `${what}: exactly one failure event, got ${failures.length} (status ${seen.status})`,
  );
  const reason = String(failures[0]?.['event.reason']);
  assert.ok(allowed.includes(reason), `${what}: reason ${reason} is not one of ${allowed.join(', ')}`);
  assert.equal(seen.status, status, `${what}: status of ${reason}`);
  assert.ok(!seen.body.includes(reason), `${what}: the reason code is not on the wire`);
  assert.deepEqual(seen.headers['cache-control'], ['no-store'], `${what}: cache-control`);
  assert.ok(seen.headers['content-type']?.[0]?.startsWith('application/problem+json'), `${what}: content type`);
  if (status === 401) {
    const challenges = seen.headers['www-authenticate'] ?? [];
    assert.ok(
      challenges.some((one) => /^(?:Bearer|DPoP) realm="/.test(one)),
      `${what}: a 401 carries a challenge`,
    );
  }
}

function reasonsOf(seen: Observation): string {
  return seen.events.map((event) => event['event.reason'] ?? event['event.name']).join(', ');
}
