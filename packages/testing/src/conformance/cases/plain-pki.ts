import assert from 'node:assert/strict';
import type { CertificateRequest } from '../../certificate-request.ts';
import { eachRow } from '../each-row.ts';
import { assertAllowed, assertRefused } from '../expectations.ts';
import { workloads } from '../service.ts';
import type { ConformanceCase } from '../world.ts';

const untrusted = 'CERTIFICATE_UNTRUSTED';
const ambiguous = 'CERTIFICATE_IDENTITY_AMBIGUOUS';
const profile = 'CERTIFICATE_PROFILE_VIOLATED';
const dnsNames = ['orders.internal'];

const forged: readonly (readonly [name: string, reason: string, request: CertificateRequest])[] = [
  ['a name that nobody mapped', untrusted, { dnsNames: ['stock.internal'] }],
  ['a name below a mapped one', untrusted, { dnsNames: ['a.orders.internal'] }],
  ['a wildcard', untrusted, { dnsNames: ['*.internal'] }],
  ['the name in upper case', untrusted, { dnsNames: ['ORDERS.internal'] }],
  ['the name as common name only', untrusted, { commonName: 'orders.internal' }],
  ['two mapped names', ambiguous, { dnsNames: ['orders.internal', 'web.internal'] }],
  ['the name, and a URI', ambiguous, { dnsNames, uris: ['https://orders.internal'] }],
  ['the name, on a CA', profile, { dnsNames, isCa: true }],
  ['the name, for servers', profile, { dnsNames, extendedKeyUsage: ['serverAuth'] }],
  ['the name, without purposes', profile, { dnsNames, extendedKeyUsage: [] }],
];

export const plainPki: ConformanceCase = {
  id: 'plain-pki',
  title: 'a certificate without SPIFFE ID is the workload that its DNS name is mapped to, and nobody by any other name',
  attacks: [47],
  run: async (world) => {
    const names = { 'orders.internal': workloads.orders, 'web.internal': workloads.web };
    await world.withService({ pkiWorkloads: names }, async (service) => {
      const identity = await world.issue({ dnsNames: ['orders.test', 'orders.internal'] });
      const seen = await service.send({ path: '/whoami', identity });
      assert.equal(assertAllowed(seen, 'a mapped name')['caller'], workloads.orders);
      assert.equal(seen.events[0]?.['caller.trust_domain'], 'corp', 'the event names the PKI');
      const rows = forged.map(([name, reason, request]) => ({ name, reason, request }));
      await eachRow(rows, async ({ name, reason, request }) => {
        const judged = await service.send({ path: '/whoami', identity: await world.issue(request) });
        assertRefused(judged, { status: 401, reason, what: name });
      });
      assertAllowed(await service.send({ path: '/whoami', identity: world.identities.orders }), 'an SVID beside it');
    });
    const identity = await world.issue({ dnsNames });
    const what = 'a service without PKI';
    assertRefused(await world.send({ path: '/whoami', identity }), { status: 401, reason: ambiguous, what });
  },
};
