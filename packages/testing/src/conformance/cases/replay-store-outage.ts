import assert from 'node:assert/strict';
import type { ReplayStore } from '@countersign/core';
import { createDpopKey } from '../../dpop-key.ts';
import { eachRow } from '../each-row.ts';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

const url = 'https://inventory.test/whoami';

const outages: readonly { readonly name: string; readonly remember: ReplayStore['remember'] }[] = [
  {
    name: 'throws',
    remember: () => {
      throw new Error('connection refused by 10.0.0.1');
    },
  },
  { name: 'rejects', remember: () => Promise.reject(new Error('connection refused by 10.0.0.1')) },
  { name: 'hangs', remember: () => new Promise(() => {}) },
  { name: 'answers something else', remember: () => 'OK' as unknown as boolean },
];

export const replayStoreOutage: ConformanceCase = {
  id: 'replay-store-outage',
  title: 'while the replay store cannot tell, proofs are refused with 503, unless a waiver permits it',
  attacks: [69],
  run: async (world) => {
    const key = createDpopKey();
    const token = await world.token({ claims: { cnf: key.confirmation } });
    const request = () => ({ path: '/whoami', headers: key.headers({ url, token }) });
    await eachRow(outages, async ({ name, remember }) => {
      await world.withService({ dpop: { replayStore: { remember } } }, async (service) => {
        const seen = await service.send(request());
        assertRefused(seen, { status: 503, reason: 'REPLAY_STORE_UNAVAILABLE', what: name });
        assert.deepEqual(seen.headers['retry-after'], ['5'], `${name}: when to try again`);
        assert.equal(seen.headers['www-authenticate'], undefined, `${name}: no challenge`);
        assert.equal(service.handlerRuns(), 0, `${name}: no handler ran`);
        const told = service.notices.filter(({ code }) => code === 'STORE_UNAVAILABLE');
        assert.equal(told.length, 1, `${name}: the operator is told`);
        assert.ok(!JSON.stringify(told).includes('10.0.0.1'), `${name}: without the words of the store`);
        assertAllowed(await service.send({ path: '/whoami', token: await service.token() }), `${name}: a bearer token`);
      });
    });
    const remember: ReplayStore['remember'] = () => Promise.reject(new Error('down'));
    const allowReplayStoreOutage = { reason: 'reads may repeat', owner: 'conformance', expires: '2999-12-31' };
    await world.withService({ dpop: { replayStore: { remember }, allowReplayStoreOutage } }, async (lenient) => {
      const seen = await lenient.send(request());
      assertAllowed(seen, 'by a waiver');
      assert.equal(seen.events.at(-1)?.['auth.replay_check'], 'waived');
      assert.deepEqual(seen.events.at(-1)?.waivers, ['access-token.dpop.allowReplayStoreOutage']);
    });
  },
};
