import assert from 'node:assert/strict';
import { forwardedCertificate } from '@countersign/core';
import { assertAllowed } from '../expectations.ts';
import { wholeFormats, xfccElement, type Lines } from '../forwarded-headers.ts';
import { workloads } from '../service.ts';
import type { ConformanceCase, Observation } from '../world.ts';

function namesIn(seen: Observation, what: string): readonly string[] {
  assert.equal(seen.status, 200, what);
  return (JSON.parse(seen.body) as { readonly names: readonly string[] }).names;
}

export const forwardedHidden: ConformanceCase = {
  id: 'forwarded-hidden',
  title: 'handlers see no header that tells of a certificate, and every other one',
  attacks: [53, 57],
  run: async (outer) => {
    const forwarded = forwardedCertificate({ format: 'xfcc', from: { caller: workloads.proxy } });
    await outer.withService({ forwarded }, async (world) => {
      const { orders, proxy } = world.identities;
      const own: Lines = [['X-Forwarded-Client-Cert', xfccElement(orders, workloads.orders)]];
      const kept: Lines = [
        ['x-forwarded-for', '10.0.0.1'],
        ['x-forwarded-client', 'kept'],
        ['X-Kept', 'one'],
        ['x-kept', 'two'],
      ];
      const seen = await world.send({ path: '/headers', identity: proxy, headers: [...kept, ...own] });
      assertAllowed(seen, 'the proxy');
      const names = namesIn(seen, 'the proxy');
      assert.ok(!names.some((name) => name.includes('cert')), `of the proxy: ${names.join(' ')}`);
      // HTTP/2 says the host in a pseudo-header field (RFC 9113 §8.3.1).
      const host = world.protocol === 'h2' ? ':authority' : 'host';
      for (const name of ['x-forwarded-for', 'x-forwarded-client', 'x-kept', host, 'traceparent']) {
        assert.ok(names.includes(name), `${name} is still there`);
      }
      // Nobody is checked there, so whatever a stranger sends must not be seen either.
      const strange: Lines = [
        ...own,
        ['x_forwarded_client_cert', 'x'],
        ['L5D-Client-Id', 'x'],
        ...wholeFormats.flatMap(({ write }) => write(orders)),
      ];
      const open = await world.send({ path: '/public-headers', headers: [...kept, ...strange] });
      const shown = namesIn(open, 'a stranger on a public route');
      const hidden = new Set(strange.map(([name]) => name.toLowerCase()));
      assert.deepEqual(
        shown.filter((name) => hidden.has(name)),
        [],
      );
      assert.ok(shown.includes('x-kept'), 'and the others are there');
    });
    // Without a proxy nothing is taken away: an application may read such headers for its own purposes.
    const plain = await outer.send({ path: '/public-headers', headers: [['x-forwarded-client-cert', 'x']] });
    assert.ok(namesIn(plain, 'no proxy').includes('x-forwarded-client-cert'));
  },
};
