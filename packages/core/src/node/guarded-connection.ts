/**
 * An open connection, as whoever guards it sees it: who is at the other end, since when, and three ways to end it, from
 * polite to final. HTTP/1 and HTTP/2 end in different words (RFC 9112 §9.6, RFC 9113 §6.8), and no request that is under
 * way is cut off before the grace is over.
 */
import { constants, type Http2Session } from 'node:http2';
import type { ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { RequestFacts } from '../credential/request-facts.ts';
import { randomHex } from '../runtime/random-id.ts';
import { peerCertificateOf } from './peer-certificate.ts';

/** One connection. */
export interface GuardedConnection {
  /** The connection as facts, without any request. */
  readonly facts: RequestFacts;
  /** SHA-256 of the certificate that we showed on it, as Node writes it; undefined when Node does not tell. */
  readonly shown: string | undefined;
  /** Says that no new requests are welcome, and still answers those that come. */
  announceEnd(): void;
  /** Ends it as soon as nothing is under way: now, when it is idle. */
  finish(): void;
  /** Ends it, whatever is under way. */
  destroy(): void;
}

const noValues: readonly string[] = Object.freeze([]);

/** The facts of a connection. `connection` is what its certificate is remembered by: see `peerCertificateOf`. */
export function connectionFacts(socket: TLSSocket, connection: object = socket): RequestFacts {
  const peerCertificate = peerCertificateOf(socket, connection);
  const { remoteAddress: peerAddress } = socket;
  return Object.freeze({
    transport: 'tls' as const,
    method: '',
    target: '',
    header: () => noValues,
    ...(peerCertificate !== undefined && { peerCertificate }),
    requestId: randomHex(16),
    ...(peerAddress !== undefined && { peerAddress }),
  });
}

function shownOn(socket: TLSSocket): string | undefined {
  return socket.getX509Certificate()?.fingerprint256;
}

/** An HTTP/1 connection. Whoever serves it tells of each response that begins. */
export class Http1Connection implements GuardedConnection {
  readonly facts: RequestFacts;
  readonly shown: string | undefined;
  readonly #socket: TLSSocket;
  readonly #underWay = new Set<ServerResponse>();
  #isAnnounced = false;
  #isFinishing = false;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    this.facts = connectionFacts(socket);
    this.shown = shownOn(socket);
  }

  begin(response: ServerResponse): void {
    this.#underWay.add(response);
    response.once('close', () => {
      this.#underWay.delete(response);
      if (this.#isFinishing) this.#endWhenIdle();
    });
    // Node then writes `Connection: close`, and ends the socket behind the response.
    if (this.#isAnnounced) response.shouldKeepAlive = false;
  }

  announceEnd(): void {
    this.#isAnnounced = true;
    for (const response of this.#underWay) response.shouldKeepAlive = false;
  }

  finish(): void {
    this.#isFinishing = true;
    this.#endWhenIdle();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #endWhenIdle(): void {
    if (this.#underWay.size === 0) this.#socket.end();
  }
}

/** The highest stream id: "finish what you begin, and begin no more soon" (RFC 9113 §6.8). */
const lastStream = 2 ** 31 - 1;

/** An HTTP/2 session, which counts its streams itself. */
export class Http2Connection implements GuardedConnection {
  readonly facts: RequestFacts;
  readonly shown: string | undefined;
  readonly #session: Http2Session;

  constructor(session: Http2Session) {
    this.#session = session;
    this.facts = connectionFacts(session.socket as TLSSocket, session);
    this.shown = shownOn(session.socket as TLSSocket);
  }

  announceEnd(): void {
    if (!this.#session.closed && !this.#session.destroyed) this.#session.goaway(constants.NGHTTP2_NO_ERROR, lastStream);
  }

  finish(): void {
    this.#session.close();
  }

  destroy(): void {
    this.#session.destroy();
  }
}
