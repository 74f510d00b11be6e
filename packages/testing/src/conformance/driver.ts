/** What an adapter brings to the suite: the conformance service, built in its framework, behind its guard. */
import type { ServiceAuth, TlsOptions } from '@countersign/core';
import type { HttpProtocol } from './http-protocol.ts';
import type { ConformanceRoute } from './service.ts';

/** What the service must be built from. */
export interface ConformanceSetup {
  /** The service side; the guard of the framework gets it. */
  readonly auth: ServiceAuth;
  /** For the HTTPS server. */
  readonly tls: TlsOptions;
  /** The routes, all of them. */
  readonly routes: Readonly<Record<string, ConformanceRoute>>;
}

/** A running service. */
export interface ConformanceTarget {
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** Ends the server and its connections. The suite closes `auth` itself, after this; closing it twice is harmless. */
  close(): Promise<void>;
}

/** Builds and starts the service. `start` is called several times; some cases run a second service beside the first. */
export interface ConformanceDriver {
  /** Shown in titles, e.g. `Express 5`. */
  readonly name: string;
  /** What its services speak, by its ALPN name. Default `http/1.1`. */
  readonly protocol?: HttpProtocol;
  start(setup: ConformanceSetup): Promise<ConformanceTarget>;
}
