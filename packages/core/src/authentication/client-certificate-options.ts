/** The options of `clientCertificate`, checked once. */
import { FaultCollector } from '../errors/configuration-error.ts';
import type { Waiver } from '../errors/waiver.ts';
import { defaultMaximumLifetimeSeconds } from '../certificate/certificate-lifetime.ts';
import type { TrustBundle, TrustBundleSet, TrustBundleSource } from '../certificate/trust-bundle.ts';
import type { RevocationSettings } from '../store/revocation-check.ts';
import { checkLifetime } from './check-lifetime.ts';
import { checkRevocation, type RevocationOptions } from './check-revocation.ts';
import { checkTrustBundles } from './check-trust-bundles.ts';
import { forwardingSettingsOf, type ForwardedCertificates, type ForwardingSettings } from './forwarded-certificate.ts';
import { checkPki, type MappedName, type PkiOptions } from './pki-options.ts';

/** What certificates of all kinds share. */
export interface SharedCertificateOptions extends RevocationOptions {
  /** The longest life of an X.509-SVID, in seconds. Default 86,400. */
  readonly maximumLifetimeSeconds?: number;
  /** Permits SVIDs without the extended key usage extension, until the waiver ends. */
  readonly allowMissingExtendedKeyUsage?: Waiver;
  /** Also takes the certificates that a proxy tells of; made by `forwardedCertificate`. Default: no header is read. */
  readonly forwarded?: ForwardedCertificates;
}

/** Certificates with a SPIFFE ID, of trust domains. */
export interface SvidOptions {
  /** The authorities: of one trust domain, of several, or a source that keeps them fresh. */
  readonly trustBundle: TrustBundle | readonly [TrustBundle, ...TrustBundle[]] | TrustBundleSource;
  /** Certificates without a SPIFFE ID besides, by DNS names. Default: none. */
  readonly pki?: readonly [PkiOptions, ...PkiOptions[]];
}

/** Certificates without a SPIFFE ID only. */
export interface PkiOnlyOptions {
  readonly trustBundle?: undefined;
  readonly pki: readonly [PkiOptions, ...PkiOptions[]];
}

/** Options of `clientCertificate`. */
export type ClientCertificateOptions = SharedCertificateOptions & (SvidOptions | PkiOnlyOptions);

/** The options after the check. */
export interface ClientCertificateSettings {
  /** Undefined when certificates with a SPIFFE ID are not accepted. */
  readonly source: TrustBundleSource | undefined;
  readonly names: ReadonlyMap<string, MappedName>;
  readonly maximumLifetimeSeconds: number;
  readonly allowMissingExtendedKeyUsage: Waiver | undefined;
  readonly revocation: RevocationSettings | undefined;
  readonly forwarding: ForwardingSettings | undefined;
  /** By option path. */
  readonly waivers: Readonly<Record<string, Waiver>>;
}

const known = [
  'trustBundle',
  'pki',
  'maximumLifetimeSeconds',
  'revocation',
  'allowRevocationStoreOutage',
  'allowMissingExtendedKeyUsage',
  'forwarded',
];

/**
 * Checks the options.
 * @throws {ConfigurationError} with every fault.
 */
export function checkClientCertificateOptions(all: ClientCertificateOptions): ClientCertificateSettings {
  const faults = new FaultCollector('clientCertificate');
  const options = (all ?? {}) as SharedCertificateOptions & Partial<SvidOptions>;
  faults.onlyKnown(options, known);
  const { names, pkiNames } = checkPki(faults, options.pki);
  const isPkiOnly = options.trustBundle === undefined && options.pki !== undefined;
  const given = isPkiOnly ? undefined : checkTrustBundles(faults, 'trustBundle', options.trustBundle);
  for (const bundle of listOf(options.trustBundle)) {
    const trustDomain = bundle?.trustDomain;
    if (trustDomain === undefined || !pkiNames.has(trustDomain)) continue;
    const fix = 'give the PKI another name, or map nothing: with a SPIFFE ID it needs no mapping';
    faults.add('CONFIG_CONFLICT', 'pki', `has the name ${trustDomain}, which is a trust domain`, fix);
  }
  const { maximumLifetimeSeconds = defaultMaximumLifetimeSeconds } = options;
  checkLifetime(faults, 'maximumLifetimeSeconds', maximumLifetimeSeconds);
  const revocation = checkRevocation(faults, options);
  const forwarding = checkForwarded(faults, options.forwarded);
  faults.throwIfAny();
  const allowMissingExtendedKeyUsage = copyOf(options.allowMissingExtendedKeyUsage);
  const waivers: Record<string, Waiver> = {};
  if (allowMissingExtendedKeyUsage !== undefined)
    waivers['allowMissingExtendedKeyUsage'] = allowMissingExtendedKeyUsage;
  if (revocation?.allowOutage !== undefined) waivers['allowRevocationStoreOutage'] = revocation.allowOutage;
  if (forwarding?.hop.kind === 'address') waivers['forwarded.from'] = forwarding.hop.waiver;
  return {
    source: given && trustDomainsOf(given, pkiNames),
    names,
    maximumLifetimeSeconds,
    allowMissingExtendedKeyUsage,
    revocation,
    forwarding,
    waivers: Object.freeze(waivers),
  };
}

function listOf(given: SvidOptions['trustBundle'] | undefined): readonly (Partial<TrustBundle> | null)[] {
  return (Array.isArray(given) ? given : [given ?? null]) as readonly (Partial<TrustBundle> | null)[];
}

/** A copy, so that a waiver that is changed later changes nothing. What is no object is a fault of the service. */
function copyOf(waiver: Waiver | undefined): Waiver | undefined {
  return typeof waiver === 'object' && waiver !== null ? Object.freeze({ ...waiver }) : waiver;
}

/** A source may know PKIs as well. What vouches for DNS names does not vouch for SPIFFE IDs by that. */
function trustDomainsOf(source: TrustBundleSource, pkiNames: ReadonlySet<string>): TrustBundleSource {
  if (pkiNames.size === 0) return source;
  const { ready } = source as Partial<TrustBundleSet>;
  return {
    find: (trustDomain: string) => (pkiNames.has(trustDomain) ? undefined : source.find(trustDomain)),
    ...(ready !== undefined && { ready: () => ready.call(source) }),
  };
}

function checkForwarded(faults: FaultCollector, forwarded: unknown): ForwardingSettings | undefined {
  if (forwarded === undefined) return undefined;
  const settings = forwardingSettingsOf(Object(forwarded) as object);
  if (settings === undefined) {
    const fix = 'pass forwardedCertificate({ format: "xfcc", from: { loopback: true } })';
    faults.add('CONFIG_INVALID', 'forwarded', 'was not made by forwardedCertificate', fix);
  }
  return settings;
}
