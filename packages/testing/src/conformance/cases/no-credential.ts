import { assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

export const noCredential: ConformanceCase = {
  id: 'no-credential',
  title: 'without a credential every guarded route answers 401 with a bare challenge',
  attacks: [60],
  run: async (world) => {
    for (const path of ['/whoami', '/stock/apple', '/admin', '/fails']) {
      const seen = await world.send({ path, headers: [['user-agent', 'kube-probe/1.30']] });
      assertRefused(seen, { status: 401, reason: 'CREDENTIAL_MISSING', what: path });
    }
  },
};
