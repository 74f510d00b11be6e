/** The options of `mtls` and of the parts for gRPC, checked once: every fault in one error, with the fix. */
import {
  ConfigurationError,
  FaultCollector,
  parseSpiffeId,
  x509Identity,
  type IdentitySource,
  type Secret,
  type TrustBundle,
  type TrustBundleSet,
  type X509Identity,
} from '@countersign/core';

/** Whom to call. */
export interface ServerOptions {
  /** SPIFFE ID of the service to call, e.g. `spiffe://prod.example/inventory`. */
  readonly server: string;
  /** The authorities of the trust domain of that service: one bundle, or a set that is kept fresh. */
  readonly trustBundle: TrustBundle | TrustBundleSet;
}

/** What we show: an identity, or a source that keeps it fresh. */
export interface OwnIdentity {
  readonly identity: IdentitySource | X509Identity;
  readonly key?: undefined;
  readonly certificate?: undefined;
}

/** What we show: a key and its certificate, which stay as they are. */
export interface OwnPair {
  readonly identity?: undefined;
  /** Our private key, as PEM. */
  readonly key: Secret;
  /** Our certificate and its intermediates, leaf first, as PEM. */
  readonly certificate: string;
}

/** Options of `mtls`. */
export type MtlsOptions = ServerOptions & (OwnIdentity | OwnPair);

/** Something that may change, and word of it. */
interface Watched<T> {
  find(): T | undefined;
  watch(listener: () => void): () => void;
}

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
const unwatched = (): void => {};

function fixed<T>(value: T | undefined): Watched<T> {
  return { find: () => value, watch: () => unwatched };
}

/** Whether a value follows the changes of something. */
function isSource<T extends object>(value: unknown): value is T {
  const { find, watch } = (value ?? {}) as Record<string, unknown>;
  return typeof find === 'function' && typeof watch === 'function';
}

function isBundle(value: unknown): value is TrustBundle {
  const { authorities } = (value ?? {}) as Partial<TrustBundle>;
  return Array.isArray(authorities) && authorities.length > 0;
}

/** Core judges the pair; its faults are ours. */
function readPair(faults: FaultCollector, { key, certificate }: OwnPair): X509Identity | undefined {
  try {
    return x509Identity({ key, certificate });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const { code, option, problem, fix } of error.faults) faults.add(code, option, problem, fix);
    return undefined;
  }
}

function readIdentity(faults: FaultCollector, options: Partial<MtlsOptions>): Watched<X509Identity> {
  const { identity, key, certificate } = options;
  if (identity === undefined) return fixed(readPair(faults, options as OwnPair));
  if (key !== undefined || certificate !== undefined) {
    faults.add('CONFIG_CONFLICT', 'identity', 'stands beside key or certificate', 'leave one of them out');
  }
  if (isSource<IdentitySource>(identity)) {
    return { find: () => identity.find(), watch: (listener) => identity.watch(listener) };
  }
  if (typeof identity === 'object' && identity !== null) {
    const { key: ownKey, certificate: ownCertificate } = identity;
    return fixed(faults.attempt('identity', () => x509Identity({ key: ownKey, certificate: ownCertificate })));
  }
  const fix = 'pass x509Identity({ key, certificate }), or a source such as identityFiles({ key, certificate })';
  faults.add('CONFIG_INVALID', 'identity', 'is neither an identity nor a source of one', fix);
  return fixed<X509Identity>(undefined);
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
    const fix = 'pass trustBundle({ trustDomain, pem }), or a set such as trustBundleFiles([…])';
    faults.add('CONFIG_MISSING', 'trustBundle', 'is not a trust bundle', fix);
  }
  const trustDomain = readServer(faults, server, trustBundle);
  const identities = readIdentity(faults, given);
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
