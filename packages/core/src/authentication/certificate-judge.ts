/**
 * Judges the certificate of a connection, request by request: what the leaf claims is read once, its path is verified
 * once for each bundle, and the dates, the lists and the orders of revocation are looked at every time.
 */
import { judgeWindow } from '../certificate/certificate-path.ts';
import type { TrustBundle } from '../certificate/trust-bundle.ts';
import { verifyCertificate, type TrustedCertificate } from '../certificate/verify-certificate.ts';
import type { PeerCertificate } from '../credential/request-facts.ts';
import { accept, type Accepted, type MaybePromise, type Outcome, type Refusal } from '../errors/outcome.ts';
import { isWaiverInForce } from '../errors/waiver.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import type { Evidence, ForwardedCertificateEvidence } from '../identity/evidence.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { createRevocationCheck, type RevocationJudgement, type Standing } from '../store/revocation-check.ts';
import {
  certificateRevocationNames,
  forwardedRevocationNames,
  type ForwardedSubject,
} from './certificate-revocation-names.ts';
import type { ClientCertificateSettings } from './client-certificate-options.ts';
import { findBundle } from './find-bundle.ts';
import { identityOfCertificate, uncheckedCertificate } from './identity-of-certificate.ts';
import { readClaim, type CertificateClaim } from './read-claim.ts';
import { createTellLongLife } from './tell-long-life.ts';
import { tlsRefusal } from './tls-refusal.ts';

/** What was found out once for a connection: the claim, and how it fared against which bundle. */
interface Remembered {
  readonly peer: PeerCertificate;
  readonly claim: CertificateClaim;
  readonly isWaived: boolean;
  verified: Verified | undefined;
  standing: Standing | undefined;
  /** What a source that answers late let us find out last, for a connection that stays open. */
  said: Refusal | undefined;
  asking: boolean;
}

interface Verified {
  readonly bundle: TrustBundle;
  readonly certificate: TrustedCertificate;
  /** The same object for every request of the connection. */
  readonly identity: Accepted<VerifiedIdentity>;
}

/** Judges certificates. */
export interface CertificateJudge {
  judge(peer: PeerCertificate): MaybePromise<Outcome<VerifiedIdentity>>;
  /** Whether what a proxy says of a certificate is revoked. */
  judgeForwarded(subject: ForwardedSubject): MaybePromise<RevocationJudgement>;
  /** Judges the certificate behind a piece of evidence again, by the latest answers that are known. */
  recheck(evidence: Evidence): Refusal | undefined;
}

/** A path that ended, or whose lists did, is sought again: there may be a renewed authority, and the reason is new. */
function isStillGood({ certificate }: Verified, now: number): boolean {
  const { revocationWindow } = certificate;
  if (judgeWindow(certificate, now) !== undefined) return false;
  return revocationWindow === undefined || judgeWindow(revocationWindow, now) === undefined;
}

/** Makes the judge of one service. */
export function createCertificateJudge(settings: ClientCertificateSettings, runtime: Runtime): CertificateJudge {
  const { allowMissingExtendedKeyUsage: waiver } = settings;
  const remembered = new WeakMap<PeerCertificate, Remembered>();
  const followed = new WeakMap<Evidence, Remembered>();
  /** Of names without a certificate, once they are rechecked. */
  const named = new WeakMap<Evidence, Standing>();
  const revocation = settings.revocation && createRevocationCheck(settings.revocation, 'certificate', runtime);
  const tellLongLife = createTellLongLife(runtime);

  const readOnce = (peer: PeerCertificate): Outcome<Remembered> => {
    const isWaived = waiver !== undefined && isWaiverInForce(waiver, runtime.clock.now());
    const known = remembered.get(peer);
    if (known?.isWaived === isWaived) return accept(known);
    const claim = readClaim(peer.chain[0], settings, isWaived);
    if (!claim.ok) return claim;
    const read: Remembered = {
      peer,
      claim: claim.value,
      isWaived,
      verified: undefined,
      standing: undefined,
      said: undefined,
      asking: false,
    };
    remembered.set(peer, read);
    return accept(read);
  };

  const verifyOnce = (known: Remembered, bundle: TrustBundle): Outcome<VerifiedIdentity> => {
    const now = runtime.clock.now();
    // A rotated bundle is a new object: what was verified against the old one is verified again.
    if (known.verified?.bundle === bundle && isStillGood(known.verified, now)) return known.verified.identity;
    const { peer, claim } = known;
    const [, ...intermediates] = peer.chain;
    const outcome = verifyCertificate({ leaf: claim.leaf, intermediates, bundle, now, usage: 'client' });
    if (!outcome.ok) return outcome;
    const identity = accept(identityOfCertificate(claim, outcome.value));
    known.verified = { bundle, certificate: outcome.value, identity };
    followed.set(identity.value.evidence, known);
    if (claim.dnsName === undefined) tellLongLife(claim.workload, claim.leaf.fields);
    return identity;
  };

  const standingOf = (known: Remembered, check: NonNullable<typeof revocation>): Standing => {
    const { claim } = known;
    known.standing ??= check.begin(certificateRevocationNames(claim), claim.leaf.fields.notBefore);
    return known.standing;
  };

  const conclude = (known: Remembered, identity: VerifiedIdentity, said: RevocationJudgement) => {
    if (typeof said === 'object') return said;
    if (said === undefined) {
      if (known.standing !== undefined) known.standing.said = undefined;
      return known.verified?.identity ?? accept(identity);
    }
    const unchecked = uncheckedCertificate(identity, said);
    followed.set(unchecked.evidence, known);
    return accept(unchecked);
  };

  /** Lets a certificate through while nothing revokes it. */
  const stand = (known: Remembered, judged: Outcome<VerifiedIdentity>): MaybePromise<Outcome<VerifiedIdentity>> => {
    known.said = judged.ok ? undefined : judged;
    if (!judged.ok || revocation === undefined) return judged;
    const said = revocation.judge(standingOf(known, revocation));
    return said instanceof Promise
      ? said.then((late) => conclude(known, judged.value, late))
      : conclude(known, judged.value, said);
  };

  const bundleOf = ({ claim }: Remembered): MaybePromise<Outcome<TrustBundle>> =>
    findBundle(claim.source, claim.trustDomain);
  const judgeBundle = (known: Remembered, bundle: Outcome<TrustBundle>): Outcome<VerifiedIdentity> =>
    bundle.ok ? verifyOnce(known, bundle.value) : bundle;

  const recheckPath = (known: Remembered): Refusal | undefined => {
    if (known.asking) return known.said;
    const bundle = bundleOf(known);
    const note = (found: Outcome<TrustBundle>): void => {
      const judged = judgeBundle(known, found);
      known.said = judged.ok ? undefined : judged;
    };
    if (bundle instanceof Promise) {
      // One question at a time for each connection.
      known.asking = true;
      void bundle.then((found) => {
        known.asking = false;
        note(found);
      });
    } else note(bundle);
    return known.said;
  };

  const recheckName = (evidence: ForwardedCertificateEvidence): Refusal | undefined => {
    if (revocation === undefined) return undefined;
    const standing = named.get(evidence) ?? revocation.begin(forwardedRevocationNames(evidence), undefined);
    named.set(evidence, standing);
    return revocation.recheck(standing, evidence.revocation !== undefined);
  };

  return {
    judge: (peer) => {
      const read = readOnce(peer);
      if (!read.ok) return read;
      const known = read.value;
      // After the profile, so that the reason names the fault of the certificate where there is one.
      if (!peer.tlsAuthorized) return tlsRefusal(peer);
      const bundle = bundleOf(known);
      return bundle instanceof Promise
        ? bundle.then((found) => stand(known, judgeBundle(known, found)))
        : stand(known, judgeBundle(known, bundle));
    },
    // Nothing tells when it was issued, so every order holds.
    judgeForwarded: (subject) => revocation?.judge(revocation.begin(forwardedRevocationNames(subject), undefined)),
    recheck: (evidence) => {
      if (evidence.kind === 'forwarded-certificate') return recheckName(evidence);
      const before = followed.get(evidence);
      if (before === undefined || evidence.kind !== 'client-certificate') return undefined;
      const read = readOnce(before.peer);
      if (!read.ok) return read;
      const known = read.value;
      const fault = recheckPath(known);
      if (fault !== undefined || revocation === undefined) return fault;
      return revocation.recheck(standingOf(known, revocation), evidence.revocation !== undefined);
    },
  };
}
