import assert from 'node:assert/strict';
import { forwardedCertificate } from '@countersign/core';
import { eachRow } from '../each-row.ts';
import { assertAllowed, assertRefused } from '../expectations.ts';
import { encodedPem, hashOf, xfccElement } from '../forwarded-headers.ts';
import { workloads } from '../service.ts';
import type { ConformanceCase } from '../world.ts';

const header = 'x-forwarded-client-cert';

export const forwardedXfcc: ConformanceCase = {
  id: 'forwarded-xfcc',
  title: 'of X-Forwarded-Client-Cert only the element counts that the proven proxy added for this service',
  attacks: [53, 54, 57],
  run: async (outer) => {
    const forwarded = forwardedCertificate({ format: 'xfcc', from: { caller: workloads.proxy } });
    await outer.withService({ forwarded }, async (world) => {
      const { orders, web, proxy } = world.identities;
      const own = xfccElement(orders, workloads.orders);
      const forged = `By=${workloads.service};Hash=${hashOf(web)};URI=spiffe://prod.test/admin`;
      const send = (...values: readonly string[]) =>
        world.send({ path: '/whoami', identity: proxy, headers: values.map((value) => [header, value] as const) });

      const good = [
        own,
        `${forged.replace('inventory', 'web')},${own}`,
        `Subject="x,By=y;URI=${workloads.web}",${own}`,
        `${own};DNS=a.example;DNS=b.example`,
        own.replace('URI=', 'uri='),
        `${own};Cert="${encodedPem(orders)}"`,
        JSON.stringify([{ By: workloads.service, Hash: hashOf(orders), URI: workloads.orders, DNS: ['a', 'b'] }]),
      ];
      for (const value of good) {
        const seen = await send(value);
        assert.equal(assertAllowed(seen, value)['caller'], workloads.orders, value);
        const event = seen.events.at(-1);
        assert.equal(event?.['auth.method'], 'forwarded_mtls', value);
        assert.equal(event?.['tls.forwarded_by'], workloads.proxy, value);
        assert.equal(event?.['tls.forwarded_format'], 'xfcc', value);
        assert.equal(event?.['cert.sha256'], hashOf(orders).toUpperCase(), value);
      }

      const malformed = { status: 400, reason: 'FORWARDED_IDENTITY_MALFORMED' } as const;
      const rows: readonly { name: string; values: readonly string[]; status?: number; reason?: string }[] = [
        { name: 'two lines', values: [own, own] },
        { name: 'joined by a proxy', values: [`${own}, ${own}`] },
        { name: 'nothing', values: [''] },
        { name: 'two ids', values: [`${own};URI=${workloads.web}`] },
        { name: 'a quote that does not end', values: [`${own};Subject="x`] },
        { name: 'a Subject twice', values: [`${own};Subject="x"`] },
        { name: 'an unknown key', values: [`${own};Role=admin`] },
        { name: 'a short hash', values: [own.replace(hashOf(orders), 'abc')] },
        { name: 'the certificate of another', values: [`${own};Cert="${encodedPem(web)}"`] },
        { name: 'a broken certificate', values: [`${own};Cert="${encodedPem(orders).slice(0, -30)}"`] },
        { name: 'JSON that names a key twice', values: [`[{"By":"${workloads.service}","URI":"a","uri":"b"}]`] },
        { name: 'JSON in JSON', values: [`[{"URI":{"URI":"${workloads.orders}"}}]`] },
        ...[
          `By=${workloads.web};URI=${workloads.orders}`,
          `URI=${workloads.orders}`,
          `${own},${forged.replace('inventory', 'web')}`,
          // What looks like two elements for us is one, with a comma in a name that Envoy does not quote.
          `${own.replace(workloads.orders, workloads.web)};DNS=x,By=${workloads.service};URI=${workloads.orders}`,
          `${forged},${own}`,
        ].map((value) => ({
          name: `not for us: ${value}`,
          values: [value],
          status: 403,
          reason: 'FORWARDED_IDENTITY_UNTRUSTED',
        })),
        {
          name: 'no id',
          values: [own.replace(workloads.orders, '')],
          status: 401,
          reason: 'CERTIFICATE_IDENTITY_AMBIGUOUS',
        },
        {
          name: 'a web address',
          values: [own.replace(workloads.orders, 'https://a.example')],
          status: 401,
          reason: 'CERTIFICATE_IDENTITY_AMBIGUOUS',
        },
        {
          name: 'another trust domain',
          values: [own.replace(workloads.orders, 'spiffe://evil.test/orders')],
          status: 401,
          reason: 'CERTIFICATE_UNTRUSTED',
        },
      ];
      await eachRow(rows, async ({ name, values, status = malformed.status, reason = malformed.reason }) => {
        assertRefused(await send(...values), { status, reason, what: name });
      });

      const nobody = await send();
      assertRefused(nobody, { status: 401, reason: 'CREDENTIAL_MISSING', what: 'the proxy alone is nobody' });
      assert.equal(
        assertAllowed(await world.send({ path: '/optional', identity: proxy }), 'nobody, where that is fine')['caller'],
        null,
      );
      const direct = await world.send({ path: '/whoami', identity: orders });
      assert.equal(assertAllowed(direct, 'a caller without a proxy')['caller'], workloads.orders);
    });
  },
};
