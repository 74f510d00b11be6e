/**
 * A server names the authorities that it trusts to every client, and a handshake has room for 65,535 bytes of names
 * (RFC 8446 §4.2.4, RFC 5246 §7.4.4): one that names more speaks with nobody. So bundles are taken smallest first: a
 * partner with too many or too long names shuts out its own workloads, and no others.
 */
import { readCertificateFields } from '../certificate/certificate-fields.ts';
import type { TrustBundle } from '../certificate/trust-bundle.ts';

/** Bytes for names; the rest is for what else the message says. */
const room = 60_000;

/** The bundles that are named, in their order, and the trust domains that found no room. */
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

/** Finds room. */
export function roomForNames(bundles: readonly TrustBundle[]): NamedBundles {
  const lengths = new Map(bundles.map((bundle) => [bundle, lengthOf(bundle)]));
  const leftOut = new Set<TrustBundle>();
  let left = room;
  for (const [bundle, length] of [...lengths].toSorted(([, one], [, other]) => one - other)) {
    if (length > left) leftOut.add(bundle);
    else left -= length;
  }
  return {
    named: bundles.filter((bundle) => !leftOut.has(bundle)),
    leftOut: [...leftOut].map(({ trustDomain }) => trustDomain),
  };
}
