/** The options of `mtls` and of the parts for gRPC, checked once: every fault in one error, with the fix. */
import {
  FaultCollector,
  parseSpiffeId,
  type TrustBundle,
  type TrustBundleSet,
  type X509Identity,
} from '@countersign/core';
import { fixed, isSource, readOwnIdentity, type OwnIdentity, type OwnPair, type Watched } from './own-identity.ts';

/** Whom to call. */
export interface ServerOptions {
  /** SPIFFE ID of the service to call, e.g. `spiffe://prod.example/inventory`. */
  readonly server: string;
  /** The authorities of the trust domain of that service: one bundle, or a set that is kept fresh. */
  readonly trustBundle: TrustBundle | TrustBundleSet;
}

/** Options of `mtls`. */
export type MtlsOptions = ServerOptions & (OwnIdentity | OwnPair);

/** The options after the check. */
export interface MtlsSettings {
  readonly server: string;
  readonly findIdentity: () => X509Identity | undefined;
  /** The bundle of the trust domain of the server. */
  readonly findBundle: () => TrustBundle | undefined;
  /** Calls back after a change of either, until the answer is called. */
  readonly watch: (listener: () => void) => () => void;
}

const known = ['identity', 'key', 'certificate', 'server', 'trustBundle'];

function isBundle(value: unknown): value is TrustBundle {
  const { authorities } = (value ?? {}) as Partial<TrustBundle>;
  return Array.isArray(authorities) && authorities.length > 0;
}

function readServer(faults: FaultCollector, server: unknown, trustBundle: unknown): string {
  const id = parseSpiffeId(server as string);
  const fix = 'write the SPIFFE ID of the one service to call, e.g. "spiffe://prod.example/inventory"';
  if (!id.ok || id.value.path === '') {
    faults.add('CONFIG_INVALID', 'server', 'is not the SPIFFE ID of a workload', fix);
    return '';
  }
  const { trustDomain } = id.value;
  if (isBundle(trustBundle) && trustBundle.trustDomain !== trustDomain) {
    faults.add('CONFIG_CONFLICT', 'trustBundle', `is of ${trustBundle.trustDomain}, and server of another domain`, fix);
  }
  return trustDomain;
}

/** Who asks for the check, when it is not `mtls`: its name, its further options, and their faults. */
export interface MtlsCheck {
  readonly where: string;
  readonly known: readonly string[];
  readonly check?: (faults: FaultCollector) => void;
}

/**
 * Checks the options. What a source has is not asked yet: it may be there later.
 * @throws {ConfigurationError} with every fault.
 */
export function checkMtls(options: MtlsOptions, more: MtlsCheck = { where: 'mtls', known: [] }): MtlsSettings {
  const faults = new FaultCollector(more.where);
  const given: Partial<MtlsOptions> = options ?? {};
  const { server, trustBundle } = given;
  faults.onlyKnown(given, [...known, ...more.known]);
  const isSet = isSource<TrustBundleSet>(trustBundle);
  if (!isSet && !isBundle(trustBundle)) {
    const fix = 'pass trustBundle({ trustDomain, pem }), or a set such as trustBundleFiles({ bundles })';
    faults.add('CONFIG_MISSING', 'trustBundle', 'is not a trust bundle', fix);
  }
  const trustDomain = readServer(faults, server, trustBundle);
  const identities = readOwnIdentity(faults, given);
  more.check?.(faults);
  faults.throwIfAny();
  const bundles: Watched<TrustBundle> = isSet
    ? { find: () => trustBundle.find(trustDomain), watch: (listener) => trustBundle.watch(listener) }
    : fixed(trustBundle as TrustBundle);
  return Object.freeze<MtlsSettings>({
    server: server as string,
    findIdentity: () => identities.find(),
    findBundle: () => bundles.find(),
    watch: (listener) => {
      const stops = [identities.watch(listener), bundles.watch(listener)];
      return () => stops.forEach((stop) => stop());
    },
  });
}
