/**
 * The bundle of another trust domain, from its bundle endpoint (SPIFFE Federation §5). Trust domain, URL and profile are
 * all said: the name of the domain is never read out of the URL or the document, and a bundle serves its domain alone.
 */
import {
  FaultCollector,
  parseSpiffeId,
  type Fetch,
  type JwtBundle,
  type JwtBundleSource,
  type TrustBundle,
  type TrustBundleSet,
} from '@countersign/core';
import { checkReadyTimeout } from '../readiness.ts';
import { runtimeOf, type SourceOptions } from '../runtime.ts';
import { endpointUrlProblem } from './endpoint-url.ts';
import { PolledBundle } from './polled-bundle.ts';

/** What both profiles take. */
interface SharedOptions extends SourceOptions {
  /** Name of the trust domain whose bundle it is, e.g. `partner.example`. */
  readonly trustDomain: string;
  /** The https URL of the bundle. */
  readonly url: string;
  /** Longest wait of `ready()`, in seconds. Default 30, at most 600. */
  readonly readyTimeoutSeconds?: number;
}

/** Options of `bundleEndpoint`. */
export type BundleEndpointOptions =
  | (SharedOptions & {
      /** The endpoint proves its host name with a certificate of a public CA. */
      readonly profile: 'https_web';
      /** Sends the requests. Default: the global `fetch`. */
      readonly fetch?: Fetch;
      readonly endpointSpiffeId?: never;
      readonly endpointBundle?: never;
    })
  | (SharedOptions & {
      /** The endpoint proves a SPIFFE ID with an X.509-SVID. */
      readonly profile: 'https_spiffe';
      /** The one id that the endpoint must have, e.g. `spiffe://partner.example/spire/server`. */
      readonly endpointSpiffeId: string;
      /**
       * The bundle that verifies the endpoint. When the endpoint is of the very trust domain it serves, it is needed for
       * the first time only: then the last bundle that was fetched verifies the next fetch.
       */
      readonly endpointBundle: TrustBundle;
      readonly fetch?: never;
    });

/** The bundle of one other trust domain. */
export interface BundleEndpoint extends TrustBundleSet, JwtBundleSource {
  readonly trustDomain: string;
  /** The keys of the trust domain for JWT-SVIDs. */
  jwtBundle(trustDomain: string): JwtBundle | undefined;
  /** Settles when there is a bundle. Rejects with `SpiffeError` after `readyTimeoutSeconds`. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

const shared = ['trustDomain', 'url', 'profile', 'readyTimeoutSeconds', 'clock', 'logger'];
const own = { https_web: ['fetch'], https_spiffe: ['endpointSpiffeId', 'endpointBundle'] } as const;

function isTrustDomain(text: unknown): text is string {
  const id = typeof text === 'string' ? parseSpiffeId(`spiffe://${text}`) : undefined;
  return id?.ok === true && id.value.path === '';
}

function checkSpiffe(
  faults: FaultCollector,
  { endpointSpiffeId, endpointBundle }: Partial<BundleEndpointOptions>,
): void {
  const id = parseSpiffeId(endpointSpiffeId as string);
  if (!id.ok || id.value.path === '') {
    const fix = 'write the id of the endpoint, e.g. "spiffe://partner.example/spire/server"';
    faults.add('CONFIG_MISSING', 'endpointSpiffeId', 'is not the SPIFFE ID of a workload', fix);
  }
  const fix = 'pass trustBundle({ trustDomain, pem }) of the trust domain of the endpoint';
  const authorities: unknown = endpointBundle?.authorities;
  if (!Array.isArray(authorities) || authorities.length === 0) {
    faults.add('CONFIG_MISSING', 'endpointBundle', 'is not a trust bundle', fix);
  } else if (id.ok && endpointBundle?.trustDomain !== id.value.trustDomain) {
    faults.add('CONFIG_CONFLICT', 'endpointBundle', 'is of another trust domain than endpointSpiffeId', fix);
  }
}

/**
 * Starts to poll the endpoint: at once, and then as often as the bundle asks for, until `close()`.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function bundleEndpoint(options: BundleEndpointOptions): BundleEndpoint {
  const faults = new FaultCollector('bundleEndpoint');
  const { trustDomain, url, profile, fetch } = options ?? {};
  if (!isTrustDomain(trustDomain)) {
    const fix = 'write e.g. "partner.example", lower case';
    faults.add('CONFIG_INVALID', 'trustDomain', 'is not a trust domain name', fix);
  }
  const problem = endpointUrlProblem(url);
  if (problem !== undefined) {
    faults.add('CONFIG_INVALID', 'url', problem, 'write e.g. "https://partner.example/bundle.json"');
  }
  if (profile === 'https_web' || profile === 'https_spiffe') {
    faults.onlyKnown(options, [...shared, ...own[profile]]);
    if (profile === 'https_spiffe') checkSpiffe(faults, options);
  } else {
    faults.add('CONFIG_MISSING', 'profile', 'is not chosen', 'write "https_web" or "https_spiffe"');
  }
  // Only the global `fetch` obeys it: whoever stood between would say whom we trust.
  if (profile === 'https_web' && fetch === undefined && process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    const fix = 'remove the variable; pass a fetch that trusts the CA of the endpoint instead';
    faults.add('CONFIG_UNSAFE', 'profile', 'proves nothing with NODE_TLS_REJECT_UNAUTHORIZED=0', fix);
  }
  if (fetch !== undefined && typeof fetch !== 'function') {
    faults.add('CONFIG_INVALID', 'fetch', 'is not a function', 'leave it out');
  }
  const readyTimeoutSeconds = checkReadyTimeout(faults, options?.readyTimeoutSeconds);
  faults.throwIfAny();
  return new PolledBundle({ options: Object.freeze({ ...options }), readyTimeoutSeconds, runtime: runtimeOf(options) });
}
