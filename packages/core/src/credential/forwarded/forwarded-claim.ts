/** What a format says of the client of a proxy, before anybody looked at who the proxy is. */
import type { CertificateChain } from './certificate-bytes.ts';

/** A certificate with its chain, or a name. `element` is the place it had, from the right. */
export type ForwardedClaim =
  | { readonly kind: 'certificate'; readonly chain: CertificateChain; readonly element: number }
  | {
      readonly kind: 'name';
      readonly name: { readonly id: string; readonly trustDomain: string; readonly sha256?: string };
      readonly element: number;
    };
