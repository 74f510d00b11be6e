/**
 * Mutual TLS between workloads: we show our certificate, and the server must be the one workload we mean to call. The
 * host name plays no part. A server that is another workload is refused before any request byte is sent.
 */
import {
  ConfigurationError,
  createTlsOptions,
  FaultCollector,
  parseSpiffeId,
  type Secret,
  type TlsOptions,
  type TrustBundle,
} from '@countersign/core';
import type { MutualTls } from './client-tls.ts';
import { openConnections } from './connections.ts';
import { ServiceCallError } from './service-call-error.ts';
import { verifyServer } from './verify-server.ts';

/** Options of `mtls`. */
export interface MtlsOptions {
  /** Our private key, as PEM. */
  readonly key: Secret;
  /** Our certificate and its intermediates, leaf first, as PEM. */
  readonly certificate: string;
  /** SPIFFE ID of the service to call, e.g. `spiffe://prod.example/inventory`. */
  readonly server: string;
  /** The authorities of the trust domain of that service. */
  readonly trustBundle: TrustBundle;
}

/** The pair is checked by core, as for a server; its faults are ours. */
function readPair(faults: FaultCollector, options: MtlsOptions): TlsOptions | undefined {
  const { key, certificate, trustBundle } = options;
  try {
    return createTlsOptions({ key, certificate, trustBundles: [trustBundle], clientCertificate: 'required' });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const { code, option, problem, fix } of error.faults) {
      // The bundle is an option of ours, with another name, and was judged before.
      if (!option.startsWith('trustBundles')) faults.add(code, option, problem, fix);
    }
    return undefined;
  }
}

function checkServer(faults: FaultCollector, server: unknown, bundle: TrustBundle | undefined): void {
  const id = parseSpiffeId(server as string);
  const fix = 'write the SPIFFE ID of the one service to call, e.g. "spiffe://prod.example/inventory"';
  if (!id.ok || id.value.path === '') {
    faults.add('CONFIG_INVALID', 'server', 'is not the SPIFFE ID of a workload', fix);
  } else if (bundle !== undefined && id.value.trustDomain !== bundle.trustDomain) {
    faults.add('CONFIG_CONFLICT', 'trustBundle', `is of ${bundle.trustDomain}, and server of another domain`, fix);
  }
}

/**
 * Shows our certificate and demands that of the service.
 * @throws {ConfigurationError} with every fault of the options; also when certificate and key are no pair.
 */
export function mtls(options: MtlsOptions): MutualTls {
  const faults = new FaultCollector('mtls');
  const { server, trustBundle } = options ?? {};
  faults.onlyKnown(options ?? {}, ['key', 'certificate', 'server', 'trustBundle']);
  const isBundle = typeof trustBundle === 'object' && trustBundle !== null && trustBundle.authorities?.length > 0;
  if (!isBundle) {
    faults.add('CONFIG_MISSING', 'trustBundle', 'is not a trust bundle', 'pass trustBundle({ trustDomain, pem })');
  }
  checkServer(faults, server, isBundle ? trustBundle : undefined);
  const bundle = isBundle ? trustBundle : { trustDomain: '', authorities: [], revocationLists: [] };
  const pair = readPair(faults, { ...options, trustBundle: bundle });
  faults.throwIfAny();
  const { key, cert, ca, secureOptions } = pair as TlsOptions;
  return Object.freeze<MutualTls>({
    proves: 'both',
    open: ({ clock }) =>
      openConnections({
        tls: {
          key,
          cert,
          ca,
          secureOptions,
          // The name in the URL is only where to connect to. Who answers is judged below, on every connection.
          checkServerIdentity: () => undefined,
        },
        judge: (socket) => {
          const refusal = verifyServer(socket, { server, bundle, now: clock.now() });
          return refusal && new ServiceCallError('SERVER_UNTRUSTED', refusal.detail);
        },
      }),
  });
}
