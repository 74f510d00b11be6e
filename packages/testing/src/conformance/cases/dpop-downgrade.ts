import { createDpopKey } from '../../dpop-key.ts';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

const url = 'https://inventory.test/whoami';

export const dpopDowngrade: ConformanceCase = {
  id: 'dpop-downgrade',
  title: 'a token that is bound to a key is no bearer token, and a proof makes no bearer token better',
  attacks: [68],
  run: async (world) => {
    const key = createDpopKey();
    const { orders } = world.identities;
    await world.withService({ dpop: {} }, async (service) => {
      const bound = await service.token({ claims: { cnf: key.confirmation } });
      const plain = await service.token();
      const missing = { status: 401, reason: 'BINDING_MISSING' } as const;
      assertRefused(await service.send({ path: '/whoami', token: bound }), { ...missing, what: 'as bearer token' });
      assertRefused(await service.send({ path: '/whoami', token: bound, identity: orders }), {
        ...missing,
        what: 'as bearer token over mTLS',
      });
      const proof = ['dpop', key.proof({ url, token: bound })] as const;
      assertRefused(await service.send({ path: '/whoami', token: bound, headers: [proof] }), {
        status: 400,
        reason: 'CREDENTIAL_MULTIPLE',
        what: 'as bearer token beside a proof',
      });
      assertRefused(await service.send({ path: '/whoami', headers: key.headers({ url, token: plain }) }), {
        status: 401,
        reason: 'BINDING_MISMATCH',
        what: 'a token that is bound to nothing, with a proof',
      });
      assertAllowed(await service.send({ path: '/whoami', token: plain }), 'a bearer token, where both are accepted');
      assertAllowed(
        await service.send({ path: '/whoami', headers: key.headers({ url, token: bound }) }),
        'as it should be',
      );
    });
    await world.withService({ dpop: { required: true } }, async (strict) => {
      const seen = await strict.send({ path: '/whoami', token: await strict.token() });
      assertRefused(seen, {
        status: 401,
        reason: 'CREDENTIAL_UNSUPPORTED',
        what: 'a bearer token, where none is read',
      });
    });
    const unread = { path: '/whoami', headers: key.headers({ url, token: await world.token() }) };
    assertRefused(await world.send(unread), {
      status: 401,
      reason: 'CREDENTIAL_UNSUPPORTED',
      what: 'a proof, where none is read',
    });
  },
};
