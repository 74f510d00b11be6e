import { expect, test } from 'vitest';
import { memorySink } from '../audit/memory-sink.ts';
import { clientCertificate } from '../authentication/client-certificate.ts';
import { authority, bundleOf, peerOf } from '../authentication/client-certificate.test-kit.ts';
import { startOfTest, svid } from '../certificate/certificate.test-kit.ts';
import type { RevocationStore } from '../store/revocation-store.ts';
import { createServiceAuth } from './create-service-auth.ts';
import { factsWith } from './pipeline.test-kit.ts';

const waiver = { reason: 'store moves', owner: 'team-a', expires: '2026-11-25' };

test.each<[string, RevocationStore['revokedUntil'], string | undefined]>([
  ['knows of nothing', () => undefined, undefined],
  ['revokes everything', () => Infinity, 'CERTIFICATE_REVOKED'],
  ['is down', () => Promise.reject(new Error('down')), 'REVOCATION_STORE_UNAVAILABLE'],
])('the certificate of a connection, when the store %s', async (_title, revokedUntil, reason) => {
  for (const more of [{}, { allowRevocationStoreOutage: waiver }]) {
    const auth = createServiceAuth({
      service: 'spiffe://prod.test/inventory',
      audience: 'https://inventory.test',
      accept: [clientCertificate({ trustBundle: bundleOf(authority), revocation: { revokedUntil }, ...more })],
      audit: memorySink(),
      clock: { now: () => startOfTest, monotonic: () => 0 },
    });
    const judged = await auth.connections.judge({ ...factsWith(), peerCertificate: peerOf(svid(authority)) });
    expect(judged?.reason).toBe(reason);
    await auth.close();
  }
});
