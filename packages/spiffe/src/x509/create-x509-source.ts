/**
 * The identity of this process and the bundles it trusts, from the Workload API, followed through every rotation
 * (SPIFFE Workload API §5). One object is both an `IdentitySource` and a `TrustBundleSet`. The last identity is served
 * until it expires and no longer, and not at all once the Workload API says that this process has none.
 */
import {
  FaultCollector,
  type IdentitySource,
  type TrustBundle,
  type TrustBundleSet,
  type X509Identity,
} from '@countersign/core';
import { checkReadyTimeout } from '../readiness.ts';
import { runtimeOf, type SourceOptions } from '../runtime.ts';
import { checkEndpoint } from '../workload-endpoint.ts';
import { checkPick, type PickIdentity } from './pick-identity.ts';
import { FollowedX509Source } from './followed-x509-source.ts';

/** Options of `createX509Source`. */
export interface X509SourceOptions extends SourceOptions {
  /** `unix:///path/of/socket` or `tcp://address:port`. Default: the variable `SPIFFE_ENDPOINT_SOCKET`. */
  readonly endpoint?: string;
  /** Which identity to show, when there are several. Default: the first. */
  readonly pick?: PickIdentity;
  /** Longest wait of `ready()`, in seconds. Default 30, at most 600. */
  readonly readyTimeoutSeconds?: number;
}

/** The identity of this process, and the bundles of the trust domains it trusts. */
export interface X509Source extends IdentitySource, TrustBundleSet {
  /** The identity of now; nothing before the first update, after the end of the last one, or when there is none. */
  find(): X509Identity | undefined;
  /** The bundle of a trust domain. */
  find(trustDomain: string): TrustBundle | undefined;
  /** The SPIFFE ID of the identity of now. */
  spiffeId(): string | undefined;
  /** Settles when there is an identity. Rejects with `SpiffeError` after `readyTimeoutSeconds`, or when all is lost. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

const known = ['endpoint', 'pick', 'readyTimeoutSeconds', 'clock', 'logger'];

/**
 * Opens the source. It asks at once and goes on asking until `close()`.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function createX509Source(options: X509SourceOptions = {}): X509Source {
  const faults = new FaultCollector('createX509Source');
  faults.onlyKnown(options, known);
  const endpoint = checkEndpoint(faults, options.endpoint);
  checkPick(faults, options.pick);
  const readyTimeoutSeconds = checkReadyTimeout(faults, options.readyTimeoutSeconds);
  faults.throwIfAny();
  if (endpoint === undefined) throw new TypeError('An endpoint without faults is there.');
  return new FollowedX509Source({ endpoint, pick: options.pick, readyTimeoutSeconds, runtime: runtimeOf(options) });
}
