/**
 * Whether the direct peer of a request is the proxy whose headers count. Decided by its certificate, or by how it is
 * connected, and by nothing that it says.
 */
import { BlockList, isIPv6 } from 'node:net';
import type { PeerCertificate, RequestFacts } from '../credential/request-facts.ts';
import { accept, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import { reasonRow } from '../errors/reason.ts';
import { isWaiverInForce } from '../errors/waiver.ts';
import { whenKnown } from '../errors/when-known.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import type { Clock } from '../runtime/clock.ts';
import { revocationUnknown } from '../store/revocation-check.ts';
import type { CheckedHop } from './forwarded-certificate.ts';

/** A proven proxy, by its id or by the way it came. */
export interface ProvenProxy {
  readonly hop: string;
  readonly isHearsay: boolean;
}

/** Somebody else. */
export interface Stranger {
  readonly hop?: undefined;
  /** Whose certificate it showed, when that is good. */
  readonly workload?: string;
}

/** Answers the proxy, or a stranger when the peer is none. A refusal means that nobody could tell. */
export type ProveHop = (facts: RequestFacts) => MaybePromise<Outcome<ProvenProxy | Stranger>>;

/** Verifies the certificate of the peer. */
export type IdentifyPeer = (peer: PeerCertificate, facts: RequestFacts) => MaybePromise<Outcome<VerifiedIdentity>>;

const stranger = accept<Stranger>(Object.freeze({}));
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');
const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

function isIn(networks: BlockList, address: string | undefined): boolean {
  if (address === undefined) return false;
  const [, inner] = mapped.exec(address) ?? [];
  // The zone of a link-local address is no part of it.
  const [plain = ''] = (inner ?? address).split('%');
  return networks.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}

/** Makes the judge of hops. `identify` verifies certificates as those of callers are. */
export function createProveHop(hop: CheckedHop, identify: IdentifyPeer, clock: Clock): ProveHop {
  const by = (name: string, isHearsay = false) => accept<ProvenProxy>(Object.freeze({ hop: name, isHearsay }));
  if (hop.kind === 'unix-socket') {
    const proxy = by(hop.kind);
    return ({ isUnixSocket }) => (isUnixSocket === true ? proxy : stranger);
  }
  if (hop.kind === 'loopback') {
    const proxy = by(hop.kind);
    // Some sidecars call by the address of the pod: then the two ends have one address, which nobody outside can have.
    return ({ peerAddress, isSameHost }) => (isSameHost === true || isIn(loopback, peerAddress) ? proxy : stranger);
  }
  if (hop.kind === 'address') {
    const proxy = by(hop.kind, true);
    const { networks, waiver } = hop;
    return ({ peerAddress }) =>
      isIn(networks, peerAddress) && isWaiverInForce(waiver, clock.now()) ? proxy : stranger;
  }
  const proxies = new Map([...hop.ids].map((id) => [id, by(id)]));
  return (facts) => {
    const { peerCertificate } = facts;
    if (peerCertificate === undefined) return stranger;
    return whenKnown(identify(peerCertificate, facts), (identity): Outcome<ProvenProxy | Stranger> => {
      if (identity.ok) {
        const { workload, evidence } = identity.value;
        const proxy = proxies.get(workload);
        if (proxy === undefined) return accept<Stranger>({ workload });
        // A proxy that nobody could tell of whether it is revoked is not proven: no waiver of a route is about it.
        return evidence.revocation === 'unchecked' ? revocationUnknown : proxy;
      }
      // A stranger's certificate is a stranger's. When nobody could tell, the proxy may be ours.
      return reasonRow(identity.reason).owner === 'dependency' ? identity : stranger;
    });
  };
}
