/**
 * Mutual TLS between workloads: we show our certificate, and the server must be the one workload we mean to call. The
 * host name plays no part. A server that is another workload is refused before any request byte is sent. Identity and
 * bundle may come from sources; then the connections follow every change of them.
 */
import { constants, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { thumbprintOf, type Clock } from '@countersign/core';
import type { MutualTls } from './client-tls.ts';
import type { ConnectionSettings } from './connections.ts';
import { bundleOf, identityOf, materialOf, type HandshakeMaterial } from './handshake-material.ts';
import { checkMtls, type MtlsOptions, type MtlsSettings } from './mtls-options.ts';
import { openRotatingConnections, type ConnectionSource } from './rotating-connections.ts';
import { ServiceCallError } from './service-call-error.ts';
import { shownThumbprint } from './shown-thumbprint.ts';
import { verifyServer } from './verify-server.ts';

function secureContextOf({ identity, bundle }: HandshakeMaterial): SecureContext {
  try {
    return createSecureContext({
      key: identity.key.expose(),
      cert: identity.certificate,
      ca: bundle.authorities.map((authority) => authority.toString()),
      minVersion: 'TLSv1.2',
      secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
    });
  } catch {
    // A source of one's own may answer a key and a certificate that are no pair. What OpenSSL says of a key stays here.
    const expected = 'a key and its certificate';
    throw new ServiceCallError('IDENTITY_UNAVAILABLE', { check: 'identity', expected });
  }
}

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
  const thumbprint = shownThumbprint();
  return {
    watch: settings.watch,
    certificateThumbprint: () => thumbprint(identityOf(settings, clock.now())),
    current: () => {
      const material = materialOf(settings, clock.now());
      if (made?.material.identity !== material.identity || made.material.bundle !== material.bundle) {
        const tls = {
          secureContext: secureContextOf(material),
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
