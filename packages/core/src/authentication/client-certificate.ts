/**
 * Client certificates with a SPIFFE ID (mTLS). The TLS layer's word is necessary and never enough: the path is
 * verified again, to the bundle of the named trust domain, and the window is checked on every request, because
 * connections and resumed sessions outlive certificates.
 */
import type { PeerCertificate } from '../credential/request-facts.ts';
import { FaultCollector } from '../errors/configuration-error.ts';
import { accept, refuse, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import { isWaiverInForce, type Waiver } from '../errors/waiver.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import { noScopes } from '../identity/scope-set.ts';
import { trustBundles, type TrustBundle, type TrustBundleSource } from '../identity/trust-bundle.ts';
import { judgeWindow } from '../certificate/certificate-path.ts';
import { readStrong } from '../certificate/strong-certificate.ts';
import {
  readSvidLeaf,
  verifyX509Svid,
  type SvidLeaf,
  type VerifiedCertificate,
} from '../certificate/verify-certificate.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Authenticator, BoundAuthenticator } from './authenticator.ts';
import { forwardingSettingsOf, type ForwardedCertificates, type ForwardingSettings } from './forwarded-certificate.ts';
import { withForwarding } from './with-forwarding.ts';

/** Options of `clientCertificate`. */
export interface ClientCertificateOptions {
  /** The authorities: of one trust domain, of several, or a source that keeps them fresh. */
  readonly trustBundle: TrustBundle | readonly [TrustBundle, ...TrustBundle[]] | TrustBundleSource;
  /** Permits leaves without the extended key usage extension, until the waiver ends. */
  readonly allowMissingExtendedKeyUsage?: Waiver;
  /** Also takes the certificates that a proxy tells of; made by `forwardedCertificate`. Default: no header is read. */
  readonly forwarded?: ForwardedCertificates;
}

/** What was found out once for a connection: the leaf, and how it fared against which bundle. */
interface Remembered {
  readonly leaf: SvidLeaf;
  readonly isWaived: boolean;
  verified?: { readonly bundle: TrustBundle; readonly certificate: VerifiedCertificate };
}

/**
 * Accepts client certificates.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function clientCertificate(options: ClientCertificateOptions): Authenticator {
  const { source, waiver } = checkOptions(options);
  const forwarding = checkForwarded(options.forwarded);
  const hop = forwarding?.hop;
  return Object.freeze<Authenticator>({
    name: 'client-certificate',
    credentials: forwarding === undefined ? ['client-certificate'] : ['client-certificate', 'forwarded-certificate'],
    ...(forwarding !== undefined && { forwardedHeaders: forwarding.names }),
    waivers: Object.freeze({
      ...(waiver !== undefined && { allowMissingExtendedKeyUsage: waiver }),
      ...(hop?.kind === 'address' && { 'forwarded.from': hop.waiver }),
    }),
    bind: (runtime) => {
      const judge = createJudge(source, waiver, runtime);
      const direct: BoundAuthenticator = {
        authenticate: (credential) => {
          if (credential.kind !== 'client-certificate') return refuse('CREDENTIAL_UNSUPPORTED', 'kind');
          const judged = judge(credential.peer);
          return judged instanceof Promise ? judged.then(identityOf) : identityOf(judged);
        },
      };
      if (forwarding === undefined) return direct;
      return withForwarding({ direct, settings: forwarding, bundles: source }, runtime);
    },
  });
}

function checkForwarded(forwarded: ForwardedCertificates | undefined): ForwardingSettings | undefined {
  if (forwarded === undefined) return undefined;
  const settings = forwardingSettingsOf(Object(forwarded) as object);
  if (settings !== undefined) return settings;
  const faults = new FaultCollector('clientCertificate');
  const fix = 'pass forwardedCertificate({ format: "xfcc", from: { loopback: true } })';
  faults.add('CONFIG_INVALID', 'forwarded', 'was not made by forwardedCertificate', fix);
  faults.throwIfAny();
  return undefined;
}

function checkOptions(options: ClientCertificateOptions): { source: TrustBundleSource; waiver: Waiver | undefined } {
  const faults = new FaultCollector('clientCertificate');
  faults.onlyKnown(options ?? {}, ['trustBundle', 'allowMissingExtendedKeyUsage', 'forwarded']);
  const given = options?.trustBundle as ClientCertificateOptions['trustBundle'] | undefined;
  const waiver = options?.allowMissingExtendedKeyUsage;
  // A copy, so that a waiver that is changed later changes nothing. What is no object is a fault of the service.
  const frozenWaiver = typeof waiver === 'object' && waiver !== null ? Object.freeze({ ...waiver }) : waiver;
  // A list has a method `find` too.
  if (!Array.isArray(given) && typeof (given as Partial<TrustBundleSource> | undefined)?.find === 'function') {
    faults.throwIfAny();
    return { source: given as TrustBundleSource, waiver: frozenWaiver };
  }
  const bundles = (Array.isArray(given) ? given : [given]) as readonly unknown[];
  if (bundles.length === 0 || !bundles.every(isBundle)) {
    const fix = 'pass trustBundle({ trustDomain: "prod.example", pem }), or a list of them';
    faults.add('CONFIG_MISSING', 'trustBundle', 'is not a trust bundle', fix);
    faults.throwIfAny();
  }
  for (const bundle of bundles as readonly TrustBundle[]) checkAuthorities(faults, bundle);
  faults.throwIfAny();
  return { source: trustBundles(...(bundles as [TrustBundle, ...TrustBundle[]])), waiver: frozenWaiver };
}

function isBundle(value: unknown): value is TrustBundle {
  const { trustDomain, authorities } = (value ?? {}) as Partial<TrustBundle>;
  return typeof trustDomain === 'string' && Array.isArray(authorities) && authorities.length > 0;
}

/** An authority that every path would be refused for is found at start, not by the first caller. */
function checkAuthorities(faults: FaultCollector, { trustDomain, authorities }: TrustBundle): void {
  for (const authority of authorities) {
    const read = readStrong(authority);
    if (read.ok && read.value.fields.keyUsage?.keyCertSign === true) continue;
    const { check, actual = '' } = read.ok ? { check: 'certificate.keyUsage without keyCertSign' } : read.detail;
    const problem = `holds an authority of ${trustDomain} that no path may end at: ${check} ${actual}`.trimEnd();
    faults.add('CONFIG_KEY_REFUSED', 'trustBundle', problem, 'replace that authority, or take it out of the bundle');
  }
}

type JudgePeer = (peer: PeerCertificate) => MaybePromise<Outcome<VerifiedCertificate>>;

function createJudge(source: TrustBundleSource, waiver: Waiver | undefined, runtime: Runtime): JudgePeer {
  const remembered = new WeakMap<PeerCertificate, Remembered>();

  const readOnce = (peer: PeerCertificate, isWaived: boolean): Outcome<Remembered> => {
    const known = remembered.get(peer);
    if (known?.isWaived === isWaived) return accept(known);
    const leaf = readSvidLeaf(peer.chain[0], { usage: 'client', allowMissingExtendedKeyUsage: isWaived });
    if (!leaf.ok) return leaf;
    const read: Remembered = { leaf: leaf.value, isWaived };
    remembered.set(peer, read);
    return accept(read);
  };

  const verifyOnce = (peer: PeerCertificate, known: Remembered, bundle: TrustBundle): Outcome<VerifiedCertificate> => {
    const now = runtime.clock.now();
    // A rotated bundle is a new object: what was verified against the old one is verified again. So is a path that
    // ended while the connection stands: another one may go on, over the renewed authority beside the old one.
    if (known.verified?.bundle === bundle && judgeWindow(known.verified.certificate, now) === undefined) {
      return accept(known.verified.certificate);
    }
    const [, ...intermediates] = peer.chain;
    const outcome = verifyX509Svid({ leaf: known.leaf, intermediates, bundle, now });
    if (outcome.ok) known.verified = { bundle, certificate: outcome.value };
    return outcome;
  };

  const unavailable = refuse('TRUST_BUNDLE_UNAVAILABLE', 'trustBundle');
  const withBundle = (
    peer: PeerCertificate,
    known: Remembered,
    bundle: TrustBundle | undefined,
  ): Outcome<VerifiedCertificate> => {
    // A source written in JavaScript may answer null for "none".
    if (bundle) return verifyOnce(peer, known, bundle);
    return refuse('CERTIFICATE_UNTRUSTED', 'trustDomain', {
      expected: 'a known trust domain',
      actual: known.leaf.spiffeId.trustDomain,
    });
  };

  return (peer) => {
    const isWaived = waiver !== undefined && isWaiverInForce(waiver, runtime.clock.now());
    const read = readOnce(peer, isWaived);
    if (!read.ok) return read;
    const known = read.value;
    // After the profile, so that the reason names the fault of the certificate where there is one.
    if (!peer.tlsAuthorized) return tlsRefusal(peer);
    let bundle: MaybePromise<TrustBundle | undefined>;
    try {
      bundle = source.find(known.leaf.spiffeId.trustDomain);
    } catch {
      return unavailable;
    }
    if (!isPromise(bundle)) return withBundle(peer, known, bundle);
    return Promise.resolve(bundle).then(
      (found) => withBundle(peer, known, found),
      () => unavailable,
    );
  };
}

/** Sources may come from libraries with promises of their own. */
function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as { readonly then?: unknown } | undefined)?.then === 'function';
}

const expiredInTls: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

function tlsRefusal({ tlsError }: PeerCertificate): Outcome<never> {
  const found = tlsError === undefined ? {} : { actual: tlsError };
  return refuse(expiredInTls.has(tlsError ?? '') ? 'CERTIFICATE_EXPIRED' : 'CERTIFICATE_UNTRUSTED', 'tls', found);
}

const made = new WeakMap<VerifiedCertificate, Outcome<VerifiedIdentity>>();

/** The certificate of an open connection is verified once, and so is what is made of it here. */
function identityOf(judged: Outcome<VerifiedCertificate>): Outcome<VerifiedIdentity> {
  if (!judged.ok) return judged;
  const known = made.get(judged.value);
  if (known !== undefined) return known;
  const { spiffeId, sha256, serialNumber, notBefore, notAfter } = judged.value;
  const { text: workload, trustDomain } = spiffeId;
  const evidence = {
    kind: 'client-certificate',
    workload,
    trustDomain,
    sha256,
    serialNumber,
    notBefore,
    notAfter,
  } as const;
  const identity = accept<VerifiedIdentity>(
    Object.freeze({
      workload,
      trustDomain,
      actors: none,
      scopes: noScopes,
      roles: none,
      evidence: Object.freeze(evidence),
      expiresAt: notAfter,
      assurance: 'high',
    } as const),
  );
  made.set(judged.value, identity);
  return identity;
}

const none: readonly string[] = Object.freeze([]);
