import assert from 'node:assert/strict';
import { ConfigurationError } from '@countersign/core';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase, ConformanceWorld, Observation } from '../world.ts';

const nobody = { status: 401, reason: 'CREDENTIAL_MISSING' } as const;

/** Connects without a certificate, and again with the session of the first connection. */
async function connectTwice(world: ConformanceWorld): Promise<Observation> {
  const first = await world.send({ path: '/whoami' });
  assertRefused(first, { ...nobody, what: 'first connection' });
  const second = await world.send({ path: '/whoami', ...sessionOf(first) });
  assertRefused(second, { ...nobody, what: 'second connection' });
  return second;
}

function sessionOf({ session }: Observation): { readonly session?: Buffer } {
  return session === undefined ? {} : { session };
}

function isUnsafe(error: unknown): boolean {
  return error instanceof ConfigurationError && error.faults.every(({ code }) => code === 'CONFIG_UNSAFE');
}

export const resumedSession: ConformanceCase = {
  id: 'resumed-session',
  title: 'a second connection that resumes a TLS session without a certificate is nobody, like the first',
  attacks: [41],
  run: async (world) => {
    const second = await connectTwice(world);
    assert.equal(second.resumed, false, 'the settings of createTlsOptions let nobody resume');
    const known = await world.send({ path: '/whoami', identity: world.identities.orders });
    assertAllowed(known, 'with a certificate');
    assertRefused(await world.send({ path: '/whoami', ...sessionOf(known) }), {
      ...nobody,
      what: "the session of orders, offered without orders' certificate",
    });
    // With the settings of a bare server, where Node calls the second connection authorized (nodejs/node#35317).
    const serving = world.withService({ resumesSessions: true }, async (careless) => {
      const resumed = await connectTwice(careless);
      assert.equal(resumed.resumed, true, 'this server resumes, or the case proves nothing');
    });
    await serving.catch((error: unknown) => {
      // An adapter that sees its server refuses to start with it, which is better still.
      if (!isUnsafe(error)) throw error;
    });
  },
};
