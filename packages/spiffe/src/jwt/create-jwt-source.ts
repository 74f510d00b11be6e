/**
 * JWT-SVIDs of this process, and the keys that verify those of others (SPIFFE Workload API §6): tokens are fetched when
 * they are asked for and renewed at half-life, keys are followed from the start.
 */
import {
  FaultCollector,
  parseSpiffeId,
  type JwtBundle,
  type JwtBundleSource,
  type MaybePromise,
} from '@countersign/core';
import { checkReadyTimeout } from '../readiness.ts';
import { runtimeOf, type SourceOptions } from '../runtime.ts';
import { checkEndpoint } from '../workload-endpoint.ts';
import { FollowedJwtSource } from './followed-jwt-source.ts';
import type { JwtSvid } from './jwt-svid-answer.ts';

/** Options of `createJwtSource`. */
export interface JwtSourceOptions extends SourceOptions {
  /** `unix:///path/of/socket` or `tcp://address:port`. Default: the variable `SPIFFE_ENDPOINT_SOCKET`. */
  readonly endpoint?: string;
  /** Which identity the tokens are of, when there are several. Default: the first. */
  readonly spiffeId?: string;
  /** Longest wait of `ready()`, in seconds. Default 30, at most 600. */
  readonly readyTimeoutSeconds?: number;
}

/** Tokens of this process, and keys for those of others. */
export interface JwtSource extends JwtBundleSource {
  /** The JWT-SVID for these audiences, at once when it is at hand. Rejects with `SpiffeError`. */
  jwtSvid(audience: string | readonly [string, ...string[]]): MaybePromise<JwtSvid>;
  /** A service refused this token: the next one asked for is fetched anew, at most every five seconds. */
  reject(svid: Pick<JwtSvid, 'token' | 'audience'>): void;
  /** The keys of a trust domain. */
  jwtBundle(trustDomain: string): JwtBundle | undefined;
  /** Settles when there are keys. Rejects with `SpiffeError` after `readyTimeoutSeconds`, or when all is lost. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

const known = ['endpoint', 'spiffeId', 'readyTimeoutSeconds', 'clock', 'logger'];

/**
 * Opens the source. It asks for the keys at once and follows them until `close()`.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function createJwtSource(options: JwtSourceOptions = {}): JwtSource {
  const faults = new FaultCollector('createJwtSource');
  faults.onlyKnown(options, known);
  const endpoint = checkEndpoint(faults, options.endpoint);
  const { spiffeId } = options;
  const id = spiffeId === undefined ? undefined : parseSpiffeId(spiffeId);
  if (id !== undefined && (!id.ok || id.value.path === '')) {
    const fix = 'write e.g. "spiffe://prod.example/orders", or leave it out';
    faults.add('CONFIG_INVALID', 'spiffeId', 'is not the SPIFFE ID of a workload', fix);
  }
  const readyTimeoutSeconds = checkReadyTimeout(faults, options.readyTimeoutSeconds);
  faults.throwIfAny();
  if (endpoint === undefined) throw new TypeError('An endpoint without faults is there.');
  return new FollowedJwtSource({ endpoint, spiffeId, readyTimeoutSeconds, runtime: runtimeOf(options) });
}
