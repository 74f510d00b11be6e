/**
 * `l5d-client-id` of Linkerd: the DNS name of a service account in the mesh, or the SPIFFE ID of a workload outside of the
 * cluster. Only a name: there is no certificate to verify.
 */
import { judgeSafely } from '../../errors/judge-safely.ts';
import { accept, type Outcome } from '../../errors/outcome.ts';
import { parseSpiffeId, type SpiffeId } from '../../identity/spiffe-id.ts';
import { malformed } from './malformed.ts';

/** What the header names. */
export type LinkerdClientId =
  | { readonly kind: 'spiffe-id'; readonly id: SpiffeId }
  | {
      readonly kind: 'service-account';
      readonly serviceAccount: string;
      readonly namespace: string;
      /** What follows `serviceaccount.`, e.g. `identity.linkerd.cluster.local`. */
      readonly identityDomain: string;
    };

const longestName = 512;
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
// The account may have dots in its name, the namespace may not.
const dnsName = new RegExp(
  `^((?:${label}\\.)*${label})\\.(${label})\\.serviceaccount\\.(identity(?:\\.${label}){2,})$`,
);
const marker = '.serviceaccount.';

/** Reads it. Never throws. */
export function parseLinkerdClientId(header: string): Outcome<LinkerdClientId> {
  return judgeSafely((): Outcome<LinkerdClientId> => {
    if (header.startsWith('spiffe://')) {
      const id = parseSpiffeId(header);
      if (id.ok && id.value.path !== '') return accept({ kind: 'spiffe-id', id: id.value });
      return malformed('l5d-client-id', 'the SPIFFE ID of a workload');
    }
    const [, serviceAccount, namespace, identityDomain] = (header.length <= longestName && dnsName.exec(header)) || [];
    // A name with the marker twice could be cut in two ways.
    const isPlain = header.indexOf(marker) === header.lastIndexOf(marker);
    if (serviceAccount === undefined || namespace === undefined || identityDomain === undefined || !isPlain) {
      return malformed('l5d-client-id', '<account>.<namespace>.serviceaccount.identity.<…>');
    }
    return accept({ kind: 'service-account', serviceAccount, namespace, identityDomain });
  });
}
