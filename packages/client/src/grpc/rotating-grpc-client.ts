/**
 * A gRPC client that is replaced when the identity or the bundle changes. A channel keeps its HTTP/2 connection for as
 * long as it works, with the identity of the day it was made; so calls that start after a change go through a new
 * client, and the old one is closed when its calls have had half a minute to be connected. Calls that run are not cut.
 */
import { systemClock } from '@countersign/core';
import { certificatesFor, type GrpcCertificates, type GrpcCertificatesOptions } from './grpc-certificates.ts';
import { materialOf, type HandshakeMaterial } from '../connection/handshake-material.ts';
import { checkMtls } from '../connection/mtls-options.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';

/** What we need of a client: grpc-js ends its channel by `close()`, and lets running calls end. */
export interface ClosableClient {
  close(): void;
}

/** Options of `rotatingGrpcClient`. */
export type RotatingGrpcClientOptions<T extends ClosableClient> = GrpcCertificatesOptions & {
  /** Makes a client of these certificates. Called after each change, when there is a call to make. */
  readonly open: (certificates: GrpcCertificates) => T;
};

/** A client that follows its identity. */
export interface RotatingGrpcClient<T extends ClosableClient> {
  /**
   * The client of now. Ask for it at each call, and do not keep it.
   * @throws {ServiceCallError} `IDENTITY_UNAVAILABLE`, `BUNDLE_UNAVAILABLE` or `CLIENT_CLOSED`.
   */
  current(): T;
  /** Closes all clients. Idempotent. */
  close(): void;
}

interface Opened<T> {
  readonly client: T;
  readonly material: HandshakeMaterial;
}

const retirementMilliseconds = 30_000;
/** More than these, and the oldest is closed at once: changes may come fast. */
const maximumRetired = 8;

/** Clients that get no new calls, closed one after the other. */
function retirement<T extends ClosableClient>() {
  const waiting = new Map<T, NodeJS.Timeout>();
  const end = (client: T): void => {
    clearTimeout(waiting.get(client));
    waiting.delete(client);
    client.close();
  };
  return {
    add: (client: T): void => {
      const timer = setTimeout(() => end(client), retirementMilliseconds);
      timer.unref();
      waiting.set(client, timer);
      const [oldest] = waiting.keys();
      if (waiting.size > maximumRetired && oldest !== undefined) end(oldest);
    },
    endAll: (): void => [...waiting.keys()].forEach(end),
  };
}

/**
 * Makes it.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function rotatingGrpcClient<T extends ClosableClient>(
  options: RotatingGrpcClientOptions<T>,
): RotatingGrpcClient<T> {
  const { open, clock = systemClock } = options ?? {};
  const settings = checkMtls(options, {
    where: 'rotatingGrpcClient',
    known: ['clock', 'open'],
    check: (faults) => {
      if (typeof open === 'function') return;
      faults.add('CONFIG_MISSING', 'open', 'is not a function', 'write (certificates) => new InventoryClient(…)');
    },
  });
  const retired = retirement<T>();
  let active: Opened<T> | undefined;
  let isClosed = false;

  const retire = (): void => {
    if (active !== undefined) retired.add(active.client);
    active = undefined;
  };
  const materialOfNow = (): HandshakeMaterial => {
    try {
      return materialOf(settings, clock.now());
    } catch (error) {
      retire();
      throw error;
    }
  };
  const settle = (): HandshakeMaterial => {
    const material = materialOfNow();
    const { identity, bundle } = active?.material ?? material;
    if (identity !== material.identity || bundle !== material.bundle) retire();
    return material;
  };
  const stop = settings.watch(() => {
    try {
      settle();
    } catch {
      // Whoever makes the next call is told.
    }
  });

  return Object.freeze<RotatingGrpcClient<T>>({
    current: () => {
      if (isClosed) throw new ServiceCallError('CLIENT_CLOSED');
      const material = settle();
      // Certificates of their own for each client: grpc-js shares the connections of clients with equal credentials.
      active ??= { client: open(certificatesFor(settings, clock)), material };
      return active.client;
    },
    close: () => {
      if (isClosed) return;
      isClosed = true;
      stop();
      active?.client.close();
      active = undefined;
      retired.endAll();
    },
  });
}
