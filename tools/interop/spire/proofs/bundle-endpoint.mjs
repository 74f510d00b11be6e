/** The bundle endpoint of spire-server (https_spiffe), as another trust domain would read it. */
import { createHash, X509Certificate } from 'node:crypto';
import { expectThat } from '../../program.mjs';
import { trustDomain } from '../spire.mjs';
import { startWorkload } from '../workloads.mjs';

/** @param {import('../workloads.mjs').Given} given */
export async function proveBundleEndpoint(given) {
  const { spire } = given;
  const reader = startWorkload(given, 'orders');
  try {
    const pem = await spire.bundle('pem');
    const { url, id } = spire.bundleEndpoint;
    const good = { trustDomain, url, id, pem };
    const { authorities } = await reader.ask('readBundle', good);
    const expected = [...pem.matchAll(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g)].map(([one]) =>
      createHash('sha256').update(new X509Certificate(one).raw).digest('hex'),
    );
    expectThat(
      String(authorities.toSorted()) === String(expected.toSorted()) && expected.length > 0,
      `the endpoint gives the authorities of the server: ${authorities} and ${expected}`,
    );
    const foreign = await reader.ask('foreignAuthority');
    for (const [label, options] of /** @type {const} */ ([
      ['of another workload', { ...good, id: `spiffe://${trustDomain}/inventory` }],
      ['that we know no authority for', { ...good, pem: foreign }],
    ])) {
      const told = await reader.ask('readBundle', options).catch(() => 'refused');
      expectThat(told === 'refused', `an endpoint ${label} is refused: ${JSON.stringify(told)}`);
    }
    return ['bundle endpoint (https_spiffe): the authorities of the server; as another id or authority it is refused'];
  } finally {
    await reader.stop();
  }
}
