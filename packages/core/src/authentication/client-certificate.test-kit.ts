/** Pieces for tests of client certificates: the mechanism in a service, with a clock to move, and peers that show chains. */
import type { X509Certificate } from 'node:crypto';
import { root, startOfTest, type Issued } from '../certificate/certificate.test-kit.ts';
import type { RevocationList } from '../certificate/revocation-list.ts';
import { trustBundle, type TrustBundle } from '../certificate/trust-bundle.ts';
import type { PeerCertificate } from '../credential/request-facts.ts';
import { factsWith } from '../enforcement/pipeline.test-kit.ts';
import type { Notice } from '../runtime/notice.ts';
import type { ClientCertificateOptions } from './client-certificate-options.ts';
import { clientCertificate } from './client-certificate.ts';

export const authority: Issued = root();

export const bundleOf = (...authorities: readonly Issued[]): TrustBundle =>
  trustBundle({ trustDomain: 'prod.test', pem: authorities.map(({ pem }) => pem) });

/** The bundle of the authority, with lists. */
export const bundleWith = (...lists: readonly RevocationList[]): TrustBundle =>
  trustBundle({ trustDomain: 'prod.test', pem: authority.pem, crl: lists.map(({ pem }) => pem) });

export function peerOf(leaf: Issued, more: Partial<PeerCertificate> = {}, ...intermediates: Issued[]): PeerCertificate {
  const chain: [X509Certificate, ...X509Certificate[]] = [
    leaf.certificate,
    ...intermediates.map(({ certificate }) => certificate),
  ];
  return { chain, tlsAuthorized: true, ...more };
}

/** The mechanism in a service; `judge` answers the workload, or the reason and the check. */
export function bound(options: ClientCertificateOptions) {
  const clock = { at: startOfTest, now: () => clock.at, monotonic: () => clock.at };
  const notices: Notice[] = [];
  const mechanism = clientCertificate(options).bind({
    clock,
    fetch: () => Promise.reject(new Error('no network')),
    notify: (notice) => void notices.push(notice),
    service: 'spiffe://prod.test/inventory',
    audience: ['https://inventory.test'],
  });
  const identify = async (peer: PeerCertificate) =>
    mechanism.authenticate({ kind: 'client-certificate', peer }, factsWith());
  const judge = async (peer: PeerCertificate) => {
    const outcome = await identify(peer);
    return outcome.ok ? outcome.value.workload : `${outcome.reason} ${outcome.detail.check}`;
  };
  /** Evidence of a connection that was let in, and what has become of it. */
  const connect = async (peer: PeerCertificate) => {
    const outcome = await identify(peer);
    if (!outcome.ok) throw new Error(outcome.detail.check);
    const { evidence } = outcome.value;
    return { evidence, recheck: () => mechanism.recheck?.(evidence)?.reason };
  };
  return { clock, notices, judge, identify, connect, mechanism };
}
