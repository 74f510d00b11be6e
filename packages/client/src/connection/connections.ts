/**
 * One undici Agent with its own connector. The connector judges each new connection before the first request byte, and
 * says by its error whether anything was sent. TLS sessions are never cached: a resumed session presents the old
 * certificate and skips the checks of a handshake. Certificates are verified whatever NODE_TLS_REJECT_UNAUTHORIZED says.
 */
import type { TLSSocket } from 'node:tls';
import { Agent, buildConnector, Pool, type Dispatcher } from 'undici';
import { checkHostName } from './check-host-name.ts';
import { markUnanswered } from './unanswered-error.ts';
import type { Connections } from './client-tls.ts';
import { LateDispatcher } from './late-dispatcher.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';

/** What differs between kinds of connections. */
export interface ConnectionSettings {
  /** Options of `tls.connect`. */
  readonly tls: Readonly<Record<string, unknown>>;
  /** Judges the peer of a new TLS connection; an error refuses it. */
  readonly judge?: (socket: TLSSocket) => ServiceCallError | undefined;
  /** Thumbprint of the certificate that is shown; absent when none is. */
  readonly certificateThumbprint?: string;
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

/** One agent, and its end. */
export interface OpenAgent {
  readonly agent: Agent;
  /** Takes no new requests, lets running ones end, then closes the connections. Idempotent. */
  close(): Promise<void>;
  /** Ends running requests with this error. Also while it closes. */
  destroy(error: Error): void;
}

/** Opens an agent. It connects when there is a request. */
export function openAgent({ tls, judge, certificateThumbprint }: ConnectionSettings): OpenAgent {
  const connect = buildConnector({
    checkServerIdentity: checkHostName,
    ...tls,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    allowH2: false,
    maxCachedSessions: 0,
    timeout: connectTimeoutMilliseconds,
  });
  // An agent that was told to close forgets its pools, so we remember them, to be able to end what does not end.
  const pools = new Set<Pool>();
  const agent = new Agent({
    clientTtl: connectionLifetimeMilliseconds,
    factory: (origin, options) => {
      for (const one of pools) if (one.destroyed) pools.delete(one);
      const pool = new Pool(origin, options as Pool.Options);
      pools.add(pool);
      return pool;
    },
    connect: (options, callback) =>
      connect(options, (...[failure, socket]) => {
        if (failure !== null) return callback(explain(failure), null);
        const refusal = judge?.(socket as TLSSocket);
        if (refusal === undefined) {
          if (certificateThumbprint !== undefined) markUnanswered(socket as TLSSocket);
          return callback(null, socket);
        }
        socket.destroy();
        callback(refusal, null);
      }),
  });
  let closing: Promise<void> | undefined;
  return {
    agent,
    close: () => (closing ??= agent.close()),
    destroy: (error) => {
      for (const pool of pools) void pool.destroy(error);
    },
  };
}

/** For requests that each need a connection of their own. `running` holds their agents for as long as they run. */
export function openSingly(settings: ConnectionSettings, running: Set<OpenAgent>): Dispatcher {
  return new LateDispatcher(() => {
    const open = openAgent(settings);
    running.add(open);
    // By the next turn the request is in the queue of the agent, which ends with it.
    queueMicrotask(() => void open.close().finally(() => running.delete(open)));
    return open.agent;
  });
}

/** Makes the connections of one client, of settings that do not change. */
export function openConnections(settings: ConnectionSettings): Connections {
  const shared = openAgent(settings);
  const running = new Set<OpenAgent>();
  const single = openSingly(settings, running);
  return {
    dispatcher: (choice) => (choice === 'new' ? single : shared.agent),
    certificateThumbprint: () => settings.certificateThumbprint,
    close: async () => {
      await Promise.all([shared, ...running].map((open) => open.close()));
    },
  };
}
