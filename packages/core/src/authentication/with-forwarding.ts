/**
 * Client certificates that come through a proxy. A whole certificate is verified like that of a connection, by the same
 * bundles; a name is believed as far as the proxy is, within the trust domains that this service knows.
 */
import type { ForwardedCaller, ForwardedName } from '../credential/forwarded-caller.ts';
import type { RequestFacts } from '../credential/request-facts.ts';
import { accept, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import { whenKnown } from '../errors/when-known.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import type { Assurance, ForwardedCertificateEvidence, UncheckedRevocation } from '../identity/evidence.ts';
import { noScopes } from '../identity/scope-set.ts';
import type { TrustBundleSource } from '../certificate/trust-bundle.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { RevocationJudgement } from '../store/revocation-check.ts';
import type { BoundAuthenticator } from './authenticator.ts';
import type { ForwardedSubject } from './certificate-revocation-names.ts';
import { findBundle } from './find-bundle.ts';
import type { ForwardingSettings } from './forwarded-certificate.ts';
import { createProveHop } from './proven-hop.ts';
import { createSeeThrough } from './see-through-proxy.ts';
import { createTellSpoof } from './tell-spoof.ts';

/** What forwarding adds to. */
export interface ForwardingParts {
  /** Verifies the certificates of connections. */
  readonly direct: BoundAuthenticator;
  readonly settings: ForwardingSettings;
  readonly bundles: TrustBundleSource;
  /** Whether a name is revoked. */
  readonly revokes: (subject: ForwardedSubject) => MaybePromise<RevocationJudgement>;
}

/** How long a name stands that has no certificate to end with, in milliseconds: as long as a connection may last. */
const nameLifetimeMilliseconds = 3_600_000;

const none: readonly string[] = Object.freeze([]);

function originOf({
  format,
  hop,
  element,
}: ForwardedCaller): Pick<ForwardedCertificateEvidence, 'format' | 'hop' | 'element'> {
  return { format, hop, element };
}

/** The identity of a certificate that was verified. */
function throughProxy(identity: VerifiedIdentity, forwarded: ForwardedCaller): VerifiedIdentity {
  const { evidence: certificate } = identity;
  if (certificate.kind !== 'client-certificate') return identity;
  const { workload, trustDomain, sha256 } = certificate;
  const evidence: ForwardedCertificateEvidence = Object.freeze({
    kind: 'forwarded-certificate',
    workload,
    trustDomain,
    ...originOf(forwarded),
    certificate,
    sha256,
    ...(certificate.revocation !== undefined && { revocation: certificate.revocation }),
  });
  const assurance: Assurance = forwarded.isHearsay ? 'low' : identity.assurance;
  return Object.freeze({ ...identity, evidence, assurance });
}

/** When a name was judged, and whether nobody could tell if it is revoked. */
interface Finding {
  readonly now: number;
  readonly revocation: UncheckedRevocation | undefined;
}

/** The identity of a name. */
function byName(name: ForwardedName, forwarded: ForwardedCaller, { now, revocation }: Finding): VerifiedIdentity {
  const { id: workload, trustDomain, sha256 } = name;
  const evidence: ForwardedCertificateEvidence = Object.freeze({
    kind: 'forwarded-certificate',
    workload,
    trustDomain,
    ...originOf(forwarded),
    ...(sha256 !== undefined && { sha256: sha256.toUpperCase() }),
    ...(revocation !== undefined && { revocation }),
  });
  return Object.freeze({
    workload,
    trustDomain,
    actors: none,
    scopes: noScopes,
    roles: none,
    evidence,
    expiresAt: now + nameLifetimeMilliseconds,
    assurance: forwarded.isHearsay ? 'low' : 'medium',
  });
}

function subjectOf(workload: string, { trustDomain, sha256 }: Pick<ForwardedName, 'trustDomain' | 'sha256'>) {
  return { workload, trustDomain, ...(sha256 !== undefined && { sha256: sha256.toUpperCase() }) };
}

/** Adds certificates that come through a proxy to those of connections. */
export function withForwarding(
  { direct, settings, bundles, revokes }: ForwardingParts,
  runtime: Runtime,
): BoundAuthenticator {
  const seer = createSeeThrough({
    reading: settings.reading(runtime.service),
    names: settings.names,
    proveHop: createProveHop(
      settings.hop,
      (peer, facts) => direct.authenticate({ kind: 'client-certificate', peer }, facts),
      runtime.clock,
    ),
    tellSpoof: createTellSpoof(runtime),
  });
  const made = new WeakMap<ForwardedCaller, readonly [VerifiedIdentity, Outcome<VerifiedIdentity>]>();

  const remember = (identity: VerifiedIdentity, forwarded: ForwardedCaller): Outcome<VerifiedIdentity> => {
    const [from, known] = made.get(forwarded) ?? [];
    if (from === identity && known !== undefined) return known;
    const outcome = accept(throughProxy(identity, forwarded));
    made.set(forwarded, [identity, outcome]);
    return outcome;
  };

  const judgeName = (name: ForwardedName, forwarded: ForwardedCaller): MaybePromise<Outcome<VerifiedIdentity>> => {
    const { id, trustDomain } = name;
    const accepted = () =>
      whenKnown(revokes(subjectOf(id, name)), (said): Outcome<VerifiedIdentity> => {
        if (typeof said === 'object') return said;
        return accept(byName(name, forwarded, { now: runtime.clock.now(), revocation: said }));
      });
    // The domain of a cluster is in the options; that of a SPIFFE ID must be one whose certificates we would verify.
    if (!id.startsWith('spiffe://')) return accepted();
    return whenKnown(findBundle(bundles, trustDomain), (bundle) => (bundle.ok ? accepted() : bundle));
  };

  const judge = (forwarded: ForwardedCaller, facts: RequestFacts): MaybePromise<Outcome<VerifiedIdentity>> => {
    const { shown } = forwarded;
    if (shown.kind === 'name') return judgeName(shown, forwarded);
    const judged = direct.authenticate({ kind: 'client-certificate', peer: shown.peer }, facts);
    return whenKnown(judged, (identity) => (identity.ok ? remember(identity.value, forwarded) : identity));
  };

  return {
    ...direct,
    authenticate: (credential, facts) => {
      if (credential.kind !== 'forwarded-certificate') return direct.authenticate(credential, facts);
      const { forwarded } = credential;
      return whenKnown(judge(forwarded, facts), (identity) => {
        if (identity.ok) seer.remember(forwarded);
        return identity;
      });
    },
    recheck: (evidence) =>
      direct.recheck?.(evidence.kind === 'forwarded-certificate' ? (evidence.certificate ?? evidence) : evidence),
    seeThrough: seer.seeThrough,
  };
}
