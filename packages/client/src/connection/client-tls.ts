/** How connections are made and who must be at the other end: `mtls(…)`, `serverTls(…)`. */
import type { Clock } from '@countersign/core';
import type { Dispatcher } from 'undici';

/** Which connection a request may take: `new` is one that no request used before, nor will use after it. */
export type ConnectionChoice = 'any' | 'new';

/** Open connections of one client. */
export interface Connections {
  /**
   * Asked for each request, so that rotated key material can come with a new dispatcher. Default: `any`.
   * @throws {ServiceCallError} when nothing may be sent.
   */
  dispatcher(choice?: ConnectionChoice): Dispatcher;
  /**
   * Thumbprint (`x5t#S256`, RFC 8705 §3.1) of the certificate that a request shows now; undefined when none is shown.
   * @throws {ServiceCallError} when nothing may be sent.
   */
  certificateThumbprint?(): string | undefined;
  /** Lets running requests end, then closes the connections. */
  close(): Promise<void>;
}

/** Settings of connections. */
export interface ClientTls {
  /** Who proves its identity in the handshake. */
  readonly proves: 'server' | 'both';
  open(runtime: { readonly clock: Clock }): Connections;
}

/** Settings under which this side shows a certificate too. */
export interface MutualTls extends ClientTls {
  readonly proves: 'both';
}
