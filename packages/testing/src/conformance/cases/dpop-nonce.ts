import assert from 'node:assert/strict';
import { Secret } from '@countersign/core';
import { createDpopKey } from '../../dpop-key.ts';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

const url = 'https://inventory.test/whoami';

export const dpopNonce: ConformanceCase = {
  id: 'dpop-nonce',
  title: 'a service that gives nonces accepts no proof without one, and says which',
  attacks: [66],
  run: async (world) => {
    const nonces = { secret: new Secret('a secret that the replicas of the service share') };
    await world.withService({ dpop: { nonces } }, async (service) => {
      const key = createDpopKey();
      const token = await service.token({ claims: { cnf: key.confirmation } });
      const show = (nonce?: string) =>
        service.send({
          path: '/whoami',
          headers: key.headers({ url, token, ...(nonce !== undefined && { nonce }) }),
        });
      const wanted = { status: 401, reason: 'PROOF_NONCE_REQUIRED' } as const;
      const first = await show();
      assertRefused(first, { ...wanted, what: 'no nonce' });
      assert.match(first.headers['www-authenticate']?.[0] ?? '', /^DPoP .*error="use_dpop_nonce"/);
      assert.equal(first.headers['dpop-nonce']?.length, 1, 'one nonce');
      const nonce = first.headers['dpop-nonce']?.[0];
      assertAllowed(await show(nonce), 'the nonce of the service');
      assertAllowed(await show(nonce), 'the same nonce in a new proof');
      assertRefused(await show('made-up'), { ...wanted, what: 'another nonce' });
      const replicas = { ...nonces, periodSeconds: 300 };
      await service.withService({ dpop: { nonces: replicas } }, async (second) => {
        const headers = key.headers({ url, token, ...(nonce !== undefined && { nonce }) });
        assertAllowed(await second.send({ path: '/whoami', headers }), 'the nonce of another instance');
      });
    });
  },
};
