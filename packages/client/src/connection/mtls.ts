/**
 * Mutual TLS between workloads: we show our certificate, and the server must be the one workload we mean to call. The
 * host name plays no part. A server that is another workload is refused before any request byte is sent. Identity and
 * bundle may come from sources; then the connections follow every change of them.
 */
import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { thumbprintOf, type Clock } from '@countersign/core';
import type { MutualTls } from './client-tls.ts';
import type { ConnectionSettings } from './connections.ts';
import { bundleOf, materialOf, type HandshakeMaterial } from './handshake-material.ts';
import { checkMtls, type MtlsOptions, type MtlsSettings } from './mtls-options.ts';
import { openRotatingConnections, type ConnectionSource } from './rotating-connections.ts';
import { secureContextOf } from './secure-context.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';
import { verifyServer } from './verify-server.ts';

/** A server is judged by the bundle of this moment, not by that of the moment when the connection was begun. */
function judge(socket: TLSSocket, settings: MtlsSettings, clock: Clock): ServiceCallError | undefined {
  const { server } = settings;
  try {
    const refusal = verifyServer(socket, { server, bundle: bundleOf(settings), now: clock.now() });
    return refusal && new ServiceCallError('SERVER_UNTRUSTED', refusal.detail);
  } catch (error) {
    return error instanceof ServiceCallError ? error : new ServiceCallError('SERVER_UNTRUSTED');
  }
}

function connectionSource(settings: MtlsSettings, clock: Clock): ConnectionSource {
  let made: { readonly material: HandshakeMaterial; readonly connections: ConnectionSettings } | undefined;
  return {
    watch: settings.watch,
    current: () => {
      const material = materialOf(settings, clock.now());
      if (made?.material.identity !== material.identity || made.material.bundle !== material.bundle) {
        const authorities = material.bundle.authorities.map((authority) => authority.toString());
        const tls = {
          secureContext: secureContextOf(material.identity, authorities),
          // The name in the URL is only where to connect to. Who answers is judged below, on every connection.
          checkServerIdentity: () => undefined,
        };
        // Of the first certificate in the text: the leaf.
        const certificateThumbprint = thumbprintOf(new X509Certificate(material.identity.certificate));
        const connections = {
          tls,
          judge: (socket: TLSSocket) => judge(socket, settings, clock),
          certificateThumbprint,
        };
        made = { material, connections };
      }
      return made.connections;
    },
  };
}

/**
 * Shows our certificate and demands that of the service.
 * @throws {ConfigurationError} with every fault of the options; also when certificate and key are no pair.
 */
export function mtls(options: MtlsOptions): MutualTls {
  const settings = checkMtls(options);
  return Object.freeze<MutualTls>({
    proves: 'both',
    open: ({ clock }) => openRotatingConnections(connectionSource(settings, clock)),
  });
}
