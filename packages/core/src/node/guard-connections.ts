/**
 * Guards the connections of a TLS server, beside the check of each request: the server follows its identity and bundles,
 * refused handshakes are recorded with their true reason, and connections end when their certificate no longer stands,
 * when we show another one by now, or when they are too old. What is under way on them is finished first, within thirty seconds.
 */
import type { Server } from 'node:net';
import { FaultCollector } from '../errors/configuration-error.ts';
import type { ServiceAuth } from '../enforcement/service-auth.ts';
import { announcedMilliseconds, ConnectionRegister } from './connection-register.ts';
import { followSources, type ReplaceableServer } from './follow-sources.ts';
import { registerConnections } from './register-connections.ts';
import { assertSafeServer } from './server-safety.ts';
import { tlsSourcesOf, type TlsOptions, type TlsSources } from './tls-options.ts';
import { watchHandshakes } from './watch-handshakes.ts';

/** How often connections are looked at, in milliseconds; besides, at once when the server follows a change. */
export const sweepMilliseconds = 5_000;

/** After a change, when connections whose end was announced are looked at again, in milliseconds. */
const secondLookMilliseconds = announcedMilliseconds + 100;

const guarded = new WeakSet<object>();

/**
 * Begins to guard, until the answer is called or the service closes. Call it before the server listens. The server is
 * one of `node:https`, of `node:http2` (`createSecureServer`), or what a framework made of these, made with `tls`.
 * @throws {ConfigurationError} with every fault: another server, settings of somebody else, a server that is guarded.
 */
export function guardConnections(auth: ServiceAuth, server: Server, tls: TlsOptions): () => void {
  const sources = check(auth, server, tls);
  assertSafeServer(server);
  const { connections: judge } = auth;
  const sweep = (): void => void register.sweep();
  const changed = (): void => {
    sweep();
    setTimeout(sweep, secondLookMilliseconds).unref();
  };
  const followed = followSources({ server: server as unknown as ReplaceableServer, tls, sources }, judge, changed);
  const register = new ConnectionRegister({
    judge,
    maximumAgeMilliseconds: sources.maximumConnectionAgeSeconds * 1000,
    bundles: () => followed.bundles(),
    isReplaced: (fingerprint) => followed.isReplaced(fingerprint),
  });
  const stopListening = registerConnections(server, register);
  const stopHandshakes = watchHandshakes(server, judge);
  const timer = setInterval(sweep, sweepMilliseconds).unref();
  guarded.add(server);
  const stop = (): void => {
    clearInterval(timer);
    followed.stop();
    stopListening();
    stopHandshakes();
    forget();
    guarded.delete(server);
  };
  const forget = judge.whenClosed(stop);
  return stop;
}

function check(auth: ServiceAuth, server: Server, tls: TlsOptions): TlsSources {
  const faults = new FaultCollector('guardConnections');
  if (typeof (auth as Partial<ServiceAuth> | undefined)?.connections?.judge !== 'function') {
    faults.add('CONFIG_MISSING', 'auth', 'is not a service', 'pass what createServiceAuth(…) returned');
  }
  const sources = tlsSourcesOf(tls ?? {});
  if (sources === undefined) {
    const fix = 'pass the same object that createTlsOptions(…) returned, and no copy';
    faults.add('CONFIG_INVALID', 'tls', 'was not made by createTlsOptions', fix);
  }
  const { setSecureContext, requestCert, rejectUnauthorized, listening } = (server ?? {}) as unknown as {
    readonly [name: string]: unknown;
  };
  if (typeof setSecureContext !== 'function') {
    faults.add('CONFIG_INVALID', 'server', 'is no TLS server', 'make it with createServer(tls, …) of node:https');
  } else if (requestCert !== true || rejectUnauthorized !== tls?.rejectUnauthorized) {
    faults.add('CONFIG_CONFLICT', 'server', 'was not made with tls', 'pass the same settings to createServer');
  } else if (listening === true) {
    faults.add(
      'CONFIG_CONFLICT',
      'server',
      'listens already',
      'guard it before listen, so that no connection is missed',
    );
  } else if (guarded.has(server)) {
    faults.add('CONFIG_CONFLICT', 'server', 'is guarded already', 'guard it once');
  }
  faults.throwIfAny();
  return sources as TlsSources;
}
