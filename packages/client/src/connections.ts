/**
 * One undici Agent with its own connector. The connector judges each new connection before the first request byte, and
 * says by its error whether anything was sent. TLS sessions are never cached: a resumed session presents the old
 * certificate and skips the checks of a handshake. Certificates are verified whatever NODE_TLS_REJECT_UNAUTHORIZED says.
 */
import type { TLSSocket } from 'node:tls';
import { Agent, buildConnector } from 'undici';
import { checkHostName } from './check-host-name.ts';
import type { Connections } from './client-tls.ts';
import { ServiceCallError } from './service-call-error.ts';

/** What differs between kinds of connections. */
export interface ConnectionSettings {
  /** Options of `tls.connect`. */
  readonly tls: Readonly<Record<string, unknown>>;
  /** Judges the peer of a new TLS connection; an error refuses it. */
  readonly judge?: (socket: TLSSocket) => ServiceCallError | undefined;
}

const connectTimeoutMilliseconds = 10_000;
/** After this a connection is replaced, so that a changed certificate of the server is seen. */
const connectionLifetimeMilliseconds = 300_000;

// How OpenSSL and Node name a certificate that they refuse.
const trustProblem =
  /^(?:UNABLE_|CERT_|DEPTH_ZERO|SELF_SIGNED|INVALID_|PATH_LENGTH|HOSTNAME_|ERR_TLS_CERT|ERROR_IN_|EE_KEY|CA_|CRL_|SUBJECT_ISSUER|AKID_|UNSPECIFIED)/;

function codeOf(error: Error): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[A-Z0-9_/]+$/.test(code) ? code : 'unknown';
}

function explain(error: Error): ServiceCallError {
  const code = codeOf(error);
  return new ServiceCallError(trustProblem.test(code) ? 'SERVER_UNTRUSTED' : 'CONNECTION_FAILED', { actual: code });
}

/** Makes the connections of one client. */
export function openConnections({ tls, judge }: ConnectionSettings): Connections {
  const connect = buildConnector({
    checkServerIdentity: checkHostName,
    ...tls,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    allowH2: false,
    maxCachedSessions: 0,
    timeout: connectTimeoutMilliseconds,
  });
  const agent = new Agent({
    clientTtl: connectionLifetimeMilliseconds,
    connect: (options, callback) =>
      connect(options, (...[failure, socket]) => {
        if (failure !== null) return callback(explain(failure), null);
        const refusal = judge?.(socket as TLSSocket);
        if (refusal === undefined) return callback(null, socket);
        socket.destroy();
        callback(refusal, null);
      }),
  });
  return { dispatcher: () => agent, close: () => agent.close() };
}
