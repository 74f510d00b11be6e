/**
 * A server names the authorities that it trusts to every client, and a handshake has room for 65,535 bytes of names
 * (RFC 8446 §4.2.4, RFC 5246 §7.4.4): one that names more speaks with nobody. So bundles are taken smallest first: a
 * partner with too many or too long names shuts out its own workloads, and no others. The bundle of our own trust domain
 * comes before all: of authorities with one name and one key id OpenSSL tries the first alone, whatever key it has.
 */
import { readCertificateFields } from '../certificate/certificate-fields.ts';
import type { X509Identity } from '../certificate/identity-source.ts';
import type { TrustBundle } from '../certificate/trust-bundle.ts';

/** Bytes for names; the rest is for what else the message says. */
const room = 60_000;

/** The bundles that are named, our own before the others, and the trust domains that found no room. */
export interface NamedBundles {
  readonly named: readonly TrustBundle[];
  readonly leftOut: readonly string[];
}

function lengthOf({ authorities }: TrustBundle): number {
  let length = 0;
  for (const { raw } of authorities) {
    const read = readCertificateFields(raw);
    // Each name has two bytes of length before it. One that cannot be read is no longer than its certificate.
    length += 2 + (read.ok ? read.fields.subjectName.length / 2 : raw.length);
  }
  return length;
}

/** Finds room. Whose bundle is our own is told by the SPIFFE ID that the server shows. */
export function roomForNames(bundles: readonly TrustBundle[], { uris }: Pick<X509Identity, 'uris'>): NamedBundles {
  const isOwn = ({ trustDomain }: TrustBundle): boolean =>
    uris?.some((uri) => uri.startsWith(`spiffe://${trustDomain}/`)) === true;
  const own = bundles.filter(isOwn);
  const others = bundles.filter((bundle) => !isOwn(bundle));
  const lengths = new Map(bundles.map((bundle) => [bundle, lengthOf(bundle)]));
  const lengthIn = (bundle: TrustBundle): number => lengths.get(bundle) ?? room;
  const leftOut = new Set<TrustBundle>();
  let left = room;
  for (const bundle of [...own, ...others.toSorted((one, other) => lengthIn(one) - lengthIn(other))]) {
    const length = lengthIn(bundle);
    if (length > left) leftOut.add(bundle);
    else left -= length;
  }
  return {
    named: [...own, ...others].filter((bundle) => !leftOut.has(bundle)),
    leftOut: [...leftOut].map(({ trustDomain }) => trustDomain),
  };
}
