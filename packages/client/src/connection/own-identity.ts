/**
 * What this service shows of itself in a handshake, as an option: an identity, a source that keeps one fresh, or a key
 * and its certificate.
 */
import {
  ConfigurationError,
  x509Identity,
  type FaultCollector,
  type IdentitySource,
  type Secret,
  type X509Identity,
} from '@countersign/core';

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

/** Something that may change, and word of it. */
export interface Watched<T> {
  find(): T | undefined;
  watch(listener: () => void): () => void;
}

const unwatched = (): void => {};

/** What stays as it is. */
export function fixed<T>(value: T | undefined): Watched<T> {
  return { find: () => value, watch: () => unwatched };
}

/** Whether a value follows the changes of something. */
export function isSource<T extends object>(value: unknown): value is T {
  const { find, watch } = (value ?? {}) as Record<string, unknown>;
  return typeof find === 'function' && typeof watch === 'function';
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

/** Reads the option. What a source has is not asked yet: it may be there later. */
export function readOwnIdentity(
  faults: FaultCollector,
  options: Partial<OwnIdentity | OwnPair>,
): Watched<X509Identity> {
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
