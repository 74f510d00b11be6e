import assert from 'node:assert/strict';
import { forwardedCertificate } from '@countersign/core';
import { assertAllowed, assertRefused } from '../expectations.ts';
import { wholeFormats, xfccElement } from '../forwarded-headers.ts';
import { workloads } from '../service.ts';
import type { ConformanceCase } from '../world.ts';

export const forwardedStrangers: ConformanceCase = {
  id: 'forwarded-strangers',
  title: 'who is not the proven proxy and sends its headers is refused and counted, whatever else is shown',
  attacks: [53, 55, 57],
  run: async (outer) => {
    const forwarded = forwardedCertificate({ format: 'xfcc', from: { caller: workloads.proxy } });
    await outer.withService({ forwarded }, async (world) => {
      const { orders, web } = world.identities;
      const lines = [
        ['x-forwarded-client-cert', xfccElement(orders, workloads.orders)] as const,
        ['x_forwarded_client_cert', xfccElement(orders, workloads.orders)] as const,
        ['l5d-client-id', 'orders.prod.serviceaccount.identity.linkerd.cluster.local'] as const,
        ...wholeFormats.flatMap(({ write }) => write(orders)),
      ];
      const runs = world.handlerRuns();
      for (const line of lines) {
        // What the first is tried beside says it for all.
        const others = line === lines[0] ? [{}, { token: await world.token() }] : [];
        for (const beside of [...others, { identity: web }]) {
          const seen = await world.send({ path: '/whoami', headers: [line], ...beside });
          const what = `${line[0]} beside ${Object.keys(beside).join()}`;
          assertRefused(seen, { status: 403, reason: 'FORWARDED_IDENTITY_UNTRUSTED', what });
          assert.equal(seen.events.at(-1)?.['caller.type'], 'anonymous', what);
        }
      }
      const optional = await world.send({ path: '/optional', headers: lines.slice(0, 1) });
      assertRefused(optional, { status: 403, reason: 'FORWARDED_IDENTITY_UNTRUSTED', what: 'on an optional route' });
      assert.equal(world.handlerRuns(), runs, 'no handler ran');
      const told = world.notices.filter(({ code }) => code === 'FORWARDED_IDENTITY_SPOOFED');
      assert.ok(
        told.length >= 1 && told.length < lines.length,
        `the operator is told, at a bounded rate: ${told.length}`,
      );
      // What such headers have in common is no harm by itself.
      const other = await world.send({ path: '/whoami', identity: web, headers: [['x-forwarded-for', '10.0.0.1']] });
      assert.equal(assertAllowed(other, 'another header')['caller'], workloads.web);
    });
    for (const [what, from] of [
      ['a Unix socket', { unixSocket: true }],
      ['another caller', { caller: workloads.web }],
    ] as const) {
      const elsewhere = forwardedCertificate({ format: 'xfcc', from });
      await outer.withService({ forwarded: elsewhere }, async (world) => {
        const { orders, proxy } = world.identities;
        const headers = [['x-forwarded-client-cert', xfccElement(orders, workloads.orders)]] as const;
        const seen = await world.send({ path: '/whoami', identity: proxy, headers });
        assertRefused(seen, { status: 403, reason: 'FORWARDED_IDENTITY_UNTRUSTED', what });
      });
    }
  },
};
