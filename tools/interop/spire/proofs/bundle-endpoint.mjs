/** The bundle endpoint of spire-server (https_spiffe), as another trust domain would read it. */
import { X509Certificate } from 'node:crypto';
import { expectThat } from '../../program.mjs';
import { trustDomain } from '../spire.mjs';
import { startWorkload } from '../workloads.mjs';

/** @param {import('../workloads.mjs').Given} given */
export async function proveBundleEndpoint(given) {
  const { spire, testing } = given;
  const reader = startWorkload(given, 'orders');
  try {
    const pem = await spire.bundle('pem');
    const { url, id: endpointSpiffeId } = spire.bundleEndpoint;
    const good = { trustDomain, url, endpointSpiffeId, pem };
    const told = (await reader.ask('readBundle', good)).authorities.join(' ');
    const expected = [...pem.matchAll(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g)]
      .map(([one]) => new X509Certificate(one).fingerprint256)
      .join(' ');
    expectThat(
      told === expected && told !== '',
      `the endpoint gives the authorities of the server: ${told}, ${expected}`,
    );
    const { bundlePem: foreign } = await testing.createTestAuthority({ trustDomain });
    for (const [label, code, options] of /** @type {const} */ ([
      ['of another workload', 'ENDPOINT_UNTRUSTED', { ...good, endpointSpiffeId: `spiffe://${trustDomain}/inventory` }],
      ['that we know no authority for', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', { ...good, pem: foreign }],
    ])) {
      const reason = await reader.ask('readBundle', options).then(JSON.stringify, (error) => error.message);
      expectThat(
        reason.includes('BUNDLE_UNAVAILABLE') && reason.includes(code),
        `an endpoint ${label} is refused: ${reason}`,
      );
    }
    return ['bundle endpoint (https_spiffe): the authorities of the server; as another id or authority it is refused'];
  } finally {
    await reader.stop();
  }
}
