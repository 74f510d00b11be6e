import { assertAllowed, assertRefused } from '../expectations.ts';
import { workloads } from '../service.ts';
import type { ConformanceCase } from '../world.ts';

export const servicePolicy: ConformanceCase = {
  id: 'service-policy',
  title: 'the policy of the service is asked after the requirement of the route, and only narrows',
  run: async (world) => {
    const policy = {
      decide: ({ caller }: { readonly caller: { readonly id: string } }) =>
        caller.id === workloads.web
          ? ({ effect: 'deny', rule: 'no-web', reason: 'POLICY_DENIED' } as const)
          : ({ effect: 'allow', rule: 'not-web' } as const),
    };
    await world.withService({ policy }, async (guarded) => {
      const { orders, web } = guarded.identities;
      assertAllowed(await guarded.send({ path: '/whoami', identity: orders }), 'allowed by both');
      assertRefused(await guarded.send({ path: '/whoami', identity: web }), {
        status: 403,
        reason: 'POLICY_DENIED',
        what: 'denied by the policy',
      });
      assertRefused(await guarded.send({ path: '/admin', identity: orders }), {
        status: 403,
        reason: 'CALLER_NOT_ALLOWED',
        what: 'allowed by the policy, denied by the route',
      });
    });
  },
};
