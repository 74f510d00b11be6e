/**
 * The bundles that this process trusts, without an identity of its own (SPIFFE Workload API §5.2.2, §6.2.2): for
 * services that verify others and show nothing, and for services that get their certificate from elsewhere.
 */
import { FaultCollector, type JwtBundle, type JwtBundleSource, type TrustBundleSet } from '@countersign/core';
import { checkReadyTimeout } from '../readiness.ts';
import { runtimeOf, type SourceOptions } from '../runtime.ts';
import { checkEndpoint } from '../workload-endpoint.ts';
import { FollowedBundleSource } from './followed-bundle-source.ts';

/** What a bundle verifies. */
export type BundleKind = 'x509' | 'jwt';

/** Options of `createBundleSource`. */
export interface BundleSourceOptions extends SourceOptions {
  /** `unix:///path/of/socket` or `tcp://address:port`. Default: the variable `SPIFFE_ENDPOINT_SOCKET`. */
  readonly endpoint?: string;
  /** Which bundles to follow. Default: both. */
  readonly kinds?: readonly [BundleKind, ...BundleKind[]];
  /** Longest wait of `ready()`, in seconds. Default 30, at most 600. */
  readonly readyTimeoutSeconds?: number;
}

/** The bundles of the trust domains that this process trusts. */
export interface BundleSource extends TrustBundleSet, JwtBundleSource {
  /** The keys of a trust domain for JWT-SVIDs. */
  jwtBundle(trustDomain: string): JwtBundle | undefined;
  /** Settles when every kind has come. Rejects with `SpiffeError` after `readyTimeoutSeconds`, or when all is lost. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

const known = ['endpoint', 'kinds', 'readyTimeoutSeconds', 'clock', 'logger'];
const allKinds: readonly BundleKind[] = ['x509', 'jwt'];

function checkKinds(faults: FaultCollector, given: unknown): readonly BundleKind[] {
  if (given === undefined) return allKinds;
  const kinds = allKinds.filter((kind) => Array.isArray(given) && given.includes(kind));
  if (Array.isArray(given) && given.length > 0 && kinds.length === new Set(given).size) return kinds;
  faults.add('CONFIG_INVALID', 'kinds', 'is not a list of kinds', 'write ["x509"], ["jwt"], or leave it out for both');
  return allKinds;
}

/**
 * Opens the source. It asks at once and goes on asking until `close()`.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function createBundleSource(options: BundleSourceOptions = {}): BundleSource {
  const faults = new FaultCollector('createBundleSource');
  faults.onlyKnown(options, known);
  const endpoint = checkEndpoint(faults, options.endpoint);
  const kinds = checkKinds(faults, options.kinds);
  const readyTimeoutSeconds = checkReadyTimeout(faults, options.readyTimeoutSeconds);
  faults.throwIfAny();
  if (endpoint === undefined) throw new TypeError('An endpoint without faults is there.');
  return new FollowedBundleSource({ endpoint, kinds, readyTimeoutSeconds, runtime: runtimeOf(options) });
}
