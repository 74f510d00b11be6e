import { createMemoryReplayStore } from '@countersign/core';
import { createDpopKey } from '../../dpop-key.ts';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase, ConformanceWorld } from '../world.ts';

const url = 'https://inventory.test/whoami';
const replayed = { status: 401, reason: 'PROOF_REPLAYED' } as const;

async function onOneInstance(service: ConformanceWorld, second: ConformanceWorld): Promise<void> {
  const [ours, theirs] = [createDpopKey(), createDpopKey()];
  const token = await service.token({ claims: { cnf: ours.confirmation } });
  const headers = ours.headers({ url, token, claims: { jti: 'used-by-both' } });
  assertAllowed(await service.send({ path: '/whoami', headers }), 'the first time');
  assertRefused(await service.send({ path: '/whoami', headers }), { ...replayed, what: 'the second time' });
  assertRefused(await second.send({ path: '/whoami', headers }), { ...replayed, what: 'on another instance' });
  // Even on a route that asks for nobody: a proof that was used is a bad credential, not an absent one.
  const optional = ours.headers({ url: 'https://inventory.test/optional', token });
  assertAllowed(await service.send({ path: '/optional', headers: optional }), 'on an optional route');
  assertRefused(await service.send({ path: '/optional', headers: optional }), { ...replayed, what: 'optional, again' });
  const other = await service.token({
    claims: { cnf: theirs.confirmation, client_id: 'web', sub: 'web' },
  });
  const same = theirs.headers({ url, token: other, claims: { jti: 'used-by-both' } });
  assertAllowed(await service.send({ path: '/whoami', headers: same }), 'another client with the same jti');
}

export const dpopReplay: ConformanceCase = {
  id: 'dpop-replay',
  title: 'a proof is good once, on all instances together, and nobody can use up the jti of another',
  attacks: [65, 67],
  run: async (world) => {
    const replayStore = createMemoryReplayStore();
    await world.withService({ dpop: { replayStore } }, (service) =>
      service.withService({ dpop: { replayStore } }, (second) => onOneInstance(service, second)),
    );
  },
};
