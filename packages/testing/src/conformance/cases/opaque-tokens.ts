import assert from 'node:assert/strict';
import { eachRow } from '../each-row.ts';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { OpaqueIssuer } from '../opaque-issuer.ts';
import { workloads } from '../service.ts';
import type { ConformanceCase, ConformanceWorld, Observation } from '../world.ts';

function callersOf(seen: Observation, what: string): unknown {
  return assertAllowed(seen, what)['caller'];
}

async function accepted(world: ConformanceWorld, issuer: OpaqueIssuer): Promise<string> {
  const token = await issuer.token();
  const seen = await world.send({ path: '/whoami', token });
  assert.equal(callersOf(seen, 'an opaque token'), workloads.orders);
  const [event] = seen.events;
  assert.equal(event?.['auth.method'], 'introspection');
  assert.equal(event?.['token.type'], 'opaque');
  assert.equal(event?.['token.alg'], undefined, 'we verified no signature');
  assertAllowed(
    await world.send({ path: '/whoami', token: await world.token() }),
    'a JWT of another issuer, beside it',
  );
  return token;
}

async function refused(world: ConformanceWorld, issuer: OpaqueIssuer): Promise<void> {
  const { orders, web } = world.identities;
  const revoked = await issuer.token();
  issuer.revoke(revoked);
  const bound = await issuer.token({ boundTo: orders });
  const rows = [
    { name: 'unknown', token: 'canary-of-nobody', reason: 'TOKEN_INACTIVE' },
    { name: 'withdrawn', token: revoked, reason: 'TOKEN_INACTIVE' },
    {
      name: 'for another service',
      token: await issuer.token({ audience: issuer.otherAudience }),
      reason: 'TOKEN_AUDIENCE_MISMATCH',
    },
    { name: 'bound, as plain bearer', token: bound, reason: 'BINDING_MISSING' },
    { name: 'bound to another certificate', token: bound, identity: web, reason: 'BINDING_MISMATCH' },
    { name: 'three segments that are no JWT', token: 'not.a.jwt', reason: 'TOKEN_MALFORMED' },
  ];
  await eachRow(rows, async ({ name, reason, ...credentials }) => {
    const seen = await world.send({ path: '/whoami', ...credentials });
    assertRefused(seen, { status: 401, reason, what: name });
  });
  const seen = await world.send({ path: '/whoami', token: bound, identity: orders });
  assert.equal(callersOf(seen, 'bound, with its certificate'), workloads.orders);
  assert.equal(seen.events[0]?.['auth.method'], 'mtls_bound_token');
}

/** One question serves all who wait; nobody gets the answer of another service. */
async function shared(world: ConformanceWorld, issuer: OpaqueIssuer): Promise<void> {
  const token = await issuer.token();
  const before = issuer.introspections();
  const answers = await Promise.all(Array.from({ length: 12 }, async () => world.send({ path: '/whoami', token })));
  for (const answer of answers) assert.equal(callersOf(answer, 'many at once'), workloads.orders);
  assert.equal(issuer.introspections() - before, 1, 'requests at once cost one question');
  await world.withService({ issuers: [issuer.options] }, async (second) => {
    assertAllowed(await second.send({ path: '/whoami', token }), 'another service');
  });
  assert.equal(issuer.introspections() - before, 2, 'another service asks for itself');
}

async function lies(world: ConformanceWorld, issuer: OpaqueIssuer): Promise<void> {
  const active = { active: true, client_id: 'orders', exp: Math.floor(Date.now() / 1000) + 300 };
  const aud = 'https://inventory.test';
  const rows = [
    { name: 'active without aud', answer: active, status: 401, reason: 'TOKEN_AUDIENCE_MISMATCH' },
    {
      name: 'active without exp',
      answer: { ...active, aud, exp: undefined },
      status: 401,
      reason: 'TOKEN_CLAIM_MISSING',
    },
    {
      name: 'active of another issuer',
      answer: { ...active, aud, iss: 'https://evil.test' },
      status: 401,
      reason: 'TOKEN_ISSUER_UNKNOWN',
    },
    {
      name: 'active without a client',
      answer: { ...active, aud, client_id: undefined, username: 'orders' },
      status: 401,
      reason: 'TOKEN_CLAIM_MISSING',
    },
    {
      name: 'a refresh token',
      answer: { ...active, aud, token_type: 'refresh_token' },
      status: 401,
      reason: 'TOKEN_TYPE_UNEXPECTED',
    },
    {
      name: 'active: "true"',
      answer: { ...active, aud, active: 'true' },
      status: 503,
      reason: 'INTROSPECTION_UNAVAILABLE',
    },
    { name: 'HTML', answer: { ...active, aud }, type: 'text/html', status: 503, reason: 'INTROSPECTION_UNAVAILABLE' },
    { name: 'a redirect', answer: {}, code: 307, status: 503, reason: 'INTROSPECTION_UNAVAILABLE' },
    { name: 'our credentials refused', answer: {}, code: 401, status: 503, reason: 'INTROSPECTION_UNAVAILABLE' },
  ];
  const before = world.handlerRuns();
  await eachRow(rows, async ({ name, answer, type = 'application/json', code = 200, status, reason }) => {
    issuer.intercept((_request, response) => {
      response.writeHead(code, { 'content-type': type, location: world.attackerOrigin }).end(JSON.stringify(answer));
    });
    const seen = await world.send({ path: '/optional', token: `lie-${rows.findIndex((row) => row.name === name)}` });
    assertRefused(seen, { status, reason, what: name });
  });
  issuer.intercept(undefined);
  assert.equal(world.handlerRuns(), before, 'no handler ran');
  assert.equal(world.attackerHits(), 0, 'a redirect is not followed');
}

async function outage(world: ConformanceWorld, issuer: OpaqueIssuer, known: string): Promise<void> {
  const unknown = await issuer.token();
  issuer.setDown(true);
  try {
    assertAllowed(await world.send({ path: '/whoami', token: known }), 'a token that is remembered');
    const seen = await world.send({ path: '/optional', token: unknown });
    assertRefused(seen, { status: 503, reason: 'INTROSPECTION_UNAVAILABLE', what: 'outage' });
    assert.match(seen.headers['retry-after']?.[0] ?? '', /^\d+$/);
    assert.equal(seen.headers['www-authenticate'], undefined, 'an outage is no challenge');
  } finally {
    issuer.setDown(false);
  }
  assertAllowed(await world.send({ path: '/whoami', token: unknown }), 'a failure is not remembered');
}

async function expired(world: ConformanceWorld, issuer: OpaqueIssuer): Promise<void> {
  const token = await issuer.token();
  world.shiftClock(3_600_000);
  try {
    const seen = await world.send({ path: '/whoami', token });
    assertRefused(seen, { status: 401, reason: 'TOKEN_EXPIRED', what: 'expired, and the issuer says active' });
  } finally {
    world.shiftClock(0);
  }
}

export const opaqueTokens: ConformanceCase = {
  id: 'opaque-tokens',
  title: 'a token that is no JWT is what its issuer says, judged here as well, and asked for once',
  attacks: [73],
  run: async (world) => {
    assertRefused(await world.send({ path: '/whoami', token: 'opaque' }), {
      status: 401,
      reason: 'TOKEN_MALFORMED',
      what: 'where no issuer is to be asked',
    });
    const issuer = await world.startOpaqueIssuer();
    try {
      await world.withService({ issuers: [issuer.options] }, async (asking) => {
        const known = await accepted(asking, issuer);
        await refused(asking, issuer);
        await shared(asking, issuer);
        await outage(asking, issuer, known);
        await lies(asking, issuer);
        await expired(asking, issuer);
        const told = JSON.stringify([asking.events, asking.notices]);
        for (const text of [issuer.secret, known, 'canary']) assert.ok(!told.includes(text), 'a secret leaked');
        const codes = new Set(asking.notices.map(({ code }) => code));
        assert.ok(
          codes.has('INTROSPECTION_FAILED') && codes.has('INTROSPECTION_CREDENTIALS_REFUSED'),
          'the operator learns',
        );
      });
    } finally {
      await issuer.close();
    }
  },
};
