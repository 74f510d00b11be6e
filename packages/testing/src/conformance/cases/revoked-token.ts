import assert from 'node:assert/strict';
import { createMemoryRevocationStore, type RevocationStore } from '@countersign/core';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

function claimsOf(token: string): { readonly iss: string; readonly jti: string } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

const outages: readonly (readonly [string, RevocationStore['revokedUntil']])[] = [
  ['a store that rejects', () => Promise.reject(new Error('no connection'))],
  [
    'a store that throws',
    () => {
      throw new Error('no connection');
    },
  ],
];

export const revokedToken: ConformanceCase = {
  id: 'revoked-token',
  title: 'a revoked token is refused at the next request, and a store that cannot tell is 503 with Retry-After',
  run: async (world) => {
    const store = createMemoryRevocationStore();
    await world.withService({ revocation: store }, async (service) => {
      const [token, other] = [await world.token(), await world.token()];
      const { iss: issuer, jti } = claimsOf(token);
      assertAllowed(await service.send({ path: '/whoami', token }), 'before it is revoked');
      assertAllowed(await service.send({ path: '/whoami', token }), 'a second time');
      store.revoke({ kind: 'jti', issuer, value: jti }, 300_000);
      const what = 'a revoked token';
      assertRefused(await service.send({ path: '/whoami', token }), { status: 401, reason: 'TOKEN_REVOKED', what });
      assertRefused(await service.send({ path: '/optional', token }), { status: 401, reason: 'TOKEN_REVOKED', what });
      assertAllowed(await service.send({ path: '/whoami', token: other }), 'another token of the same client');
      store.revoke({ kind: 'client', issuer, value: 'orders' }, 300_000);
      const client = { status: 401, reason: 'TOKEN_REVOKED', what: 'a token of a revoked client' } as const;
      assertRefused(await service.send({ path: '/whoami', token: other }), client);
    });
    for (const [what, revokedUntil] of outages) {
      await world.withService({ revocation: { revokedUntil } }, async (service) => {
        const seen = await service.send({ path: '/whoami', token: await world.token() });
        assertRefused(seen, { status: 503, reason: 'REVOCATION_STORE_UNAVAILABLE', what });
        assert.match(seen.headers['retry-after']?.[0] ?? '', /^\d+$/);
        assert.equal(seen.headers['www-authenticate'], undefined, 'an outage is no challenge');
        assertAllowed(
          await service.send({ path: '/whoami', identity: world.identities.orders }),
          'a certificate goes on',
        );
      });
    }
  },
};
