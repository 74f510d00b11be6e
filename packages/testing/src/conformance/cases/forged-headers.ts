import assert from 'node:assert/strict';
import { assertAllowed, assertRefused } from '../expectations.ts';
import { workloads } from '../service.ts';
import { statusOrCut } from '../status-or-cut.ts';
import type { ConformanceCase } from '../world.ts';

const forged: readonly (readonly [string, string])[] = [
  ['x-forwarded-client-cert', `By=spiffe://prod.test/inventory;URI=${workloads.orders}`],
  ['X_Forwarded_Client_Cert', `URI=${workloads.orders}`],
  ['x-forwarded-user', workloads.orders],
  ['x_forwarded_user', workloads.orders],
  ['l5d-client-id', 'orders.prod.serviceaccount.identity.linkerd.cluster.local'],
  ['client-cert', ':MIIB:'],
  ['x-ssl-client-verify', 'SUCCESS'],
  ['x-forwarded-uri', '/healthz'],
  ['x-original-url', '/healthz'],
  ['x-envoy-original-path', '/healthz'],
];

export const forgedHeaders: ConformanceCase = {
  id: 'forged-headers',
  title: 'headers that claim an identity or another path change nothing',
  attacks: [55, 57, 60, 64],
  run: async (world) => {
    const seen = await world.send({ path: '/whoami', headers: forged });
    assertRefused(seen, { status: 401, reason: 'CREDENTIAL_MISSING', what: 'forged headers alone' });
    const web = await world.send({ path: '/whoami', identity: world.identities.web, headers: forged });
    assert.equal(assertAllowed(web, 'forged headers beside a certificate')['caller'], workloads.web);
    const hop = {
      path: '/whoami',
      token: await world.token(),
      headers: [['connection', 'authorization']] as const,
    };
    // HTTP/2 has no such field: a request with it is malformed (RFC 9113 §8.2.2).
    if (world.protocol === 'h2') assert.equal(await statusOrCut(world, hop), 'cut', 'Connection over HTTP/2');
    else assertAllowed(await world.send(hop), 'Connection: authorization');
  },
};
