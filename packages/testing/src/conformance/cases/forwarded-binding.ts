import assert from 'node:assert/strict';
import { forwardedCertificate } from '@countersign/core';
import { assertAllowed, assertRefused } from '../expectations.ts';
import { hashOf, wholeFormats, xfccElement, type Lines } from '../forwarded-headers.ts';
import { workloads } from '../service.ts';
import type { PemIdentity } from '../../raw-request.ts';
import type { ConformanceCase } from '../world.ts';

const caller = { caller: workloads.proxy } as const;
const written: readonly (readonly ['xfcc' | 'nginx' | 'client-cert', (identity: PemIdentity) => Lines])[] = [
  ['xfcc', (identity) => [['x-forwarded-client-cert', xfccElement(identity, workloads.orders)]]],
  ...wholeFormats.flatMap(({ format, write }) =>
    format === 'nginx' || format === 'client-cert' ? [[format, write] as const] : [],
  ),
];

export const forwardedBinding: ConformanceCase = {
  id: 'forwarded-binding',
  title:
    'through a proxy a bound token is held against the certificate of its client, and never against that of the proxy',
  attacks: [68],
  run: async (outer) => {
    for (const [format, write] of written) {
      const forwarded = forwardedCertificate({ format, from: caller });
      await outer.withService({ forwarded }, async (world) => {
        const { orders, web, proxy } = world.identities;
        const send = async (boundTo: PemIdentity, headers: Lines) =>
          world.send({ path: '/bound', identity: proxy, token: await world.tokenBoundTo(boundTo), headers });
        const seen = await send(orders, write(orders));
        assert.equal(assertAllowed(seen, format)['caller'], workloads.orders, format);
        assert.equal(seen.events.at(-1)?.['auth.binding'], 'x5t#S256', format);
        assert.equal(seen.events.at(-1)?.['cert.sha256'], hashOf(orders).toUpperCase(), format);
        const refused = (one: PemIdentity, headers: Lines, reason: string) =>
          send(one, headers).then((answer) =>
            assertRefused(answer, { status: 401, reason, what: `${format} ${reason}` }),
          );
        await refused(web, write(orders), 'BINDING_MISMATCH');
        await refused(proxy, write(orders), 'BINDING_MISMATCH');
        await refused(orders, [], 'BINDING_MISSING');
        await refused(proxy, [], 'BINDING_MISSING');
        if (format === 'xfcc') {
          const withoutHash = write(orders).map(([name, value]) => [name, value.replace(/Hash=\w+;/, '')] as const);
          await refused(orders, withoutHash, 'BINDING_MISSING');
        }
      });
    }
  },
};
