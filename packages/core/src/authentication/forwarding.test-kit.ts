/** Pieces for tests of callers behind a proxy: workloads of one authority, and a service that trusts a proxy. */
import { root, svid, type Issued } from '../certificate/certificate.test-kit.ts';
import type { PeerCertificate, RequestFacts } from '../credential/request-facts.ts';
import { factsWith, standingClock } from '../enforcement/pipeline.test-kit.ts';
import { trustBundle, type TrustBundleSource } from '../certificate/trust-bundle.ts';
import type { Notice } from '../runtime/notice.ts';
import { createAuthentication } from './authenticate.ts';
import type { SharedCertificateOptions } from './client-certificate-options.ts';
import { clientCertificate } from './client-certificate.ts';
import type { ForwardedCertificateOptions } from './forwarded-certificate-options.ts';
import { forwardedCertificate } from './forwarded-certificate.ts';

export const authority = root();
export const service = 'spiffe://prod.test/inventory';
const workload = (name: string): Issued => svid(authority, { name, uris: [`spiffe://prod.test/${name}`] });
export const orders: Issued = workload('orders');
export const gateway: Issued = workload('gateway');
export const proxy: Issued = workload('proxy');
/** Of the service itself. */
export const own: Issued = workload('inventory');
export const bundle = trustBundle({ trustDomain: 'prod.test', pem: authority.pem });
export const idOf = ({ name }: { readonly name: string }): string => `spiffe://prod.test/${name}`;
export const peerOf = (one: Issued): PeerCertificate =>
  Object.freeze({ chain: [one.certificate] as const, tlsAuthorized: true });
export const hashOf = (one: Issued): string => one.certificate.fingerprint256.replaceAll(':', '').toLowerCase();
export const element = (one: Issued, by: string = service): string => `By=${by};Hash=${hashOf(one)};URI=${idOf(one)}`;
export const pemOf = (one: Issued): string => encodeURIComponent(one.certificate.toString());

export const waiver = { reason: 'no certificate', owner: 'edge', expires: '2026-11-30' };

/** A service that trusts a proxy: answers the caller and how it is known, or the refusal. */
export function serviceWith(
  options: ForwardedCertificateOptions,
  trustBundleSource: TrustBundleSource = { find: (name) => (name === 'prod.test' ? bundle : undefined) },
  more: SharedCertificateOptions = {},
) {
  const clock = standingClock();
  const notices: Notice[] = [];
  const forwarded = forwardedCertificate(options);
  const mechanism = clientCertificate({ ...more, trustBundle: trustBundleSource, forwarded });
  const runtime = {
    clock,
    fetch: () => Promise.reject(new Error('no network')),
    notify: (notice: Notice) => {
      // Of other notices, such as those about long lifetimes, other tests tell.
      if (notice.code === 'FORWARDED_IDENTITY_SPOOFED') notices.push(notice);
    },
    service,
    audience: ['https://inventory.test'],
  };
  const authentication = createAuthentication([mechanism], new Map(), runtime);
  const caller = async (headers: Record<string, string | readonly string[]>, more: Partial<RequestFacts> = {}) =>
    authentication.authenticate(factsWith(headers, more));
  const judge = async (headers: Record<string, string | readonly string[]>, more: Partial<RequestFacts> = {}) => {
    const outcome = await caller(headers, more);
    if (!outcome.ok) return outcome.reason;
    return outcome.value === undefined ? 'nobody' : `${outcome.value.id} ${outcome.value.assurance}`;
  };
  return { authentication, caller, judge, clock, notices };
}

export const header = 'x-forwarded-client-cert';
export const loopback = { peerAddress: '127.0.0.1' };
export const byName = `${idOf(orders)} medium`;
export const known = `${idOf(orders)} high`;
