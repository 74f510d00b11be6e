/**
 * One HTTPS request by hand, on a connection of its own: doubled headers, any path, any certificate, a resumed TLS
 * session. Attackers do not use well-behaved clients, and neither do tests of them.
 */
import { request, type RequestOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';

/** A certificate with its key, as PEM. */
export interface PemIdentity {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** What to send. */
export interface RawRequest {
  readonly url: string;
  readonly method?: string;
  /** Sent as `Authorization: Bearer …`. */
  readonly token?: string;
  /** Header lines, in order; a name may stand twice. */
  readonly headers?: readonly (readonly [string, string])[];
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as a form (`application/x-www-form-urlencoded`), as it is, instead of JSON. */
  readonly form?: string;
  readonly identity?: PemIdentity;
  /** PEM of the authorities that the server's certificate must lead to. */
  readonly ca: string;
  /** A TLS session of an earlier connection, to resume. */
  readonly session?: Buffer;
}

/** What came back. */
export interface RawAnswer {
  readonly status: number;
  /** Lower-case names; every value of a name. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  /** The latest TLS session of the connection. */
  readonly session?: Buffer;
  /** Whether the server took up the session that was offered. */
  readonly resumed: boolean;
}

function headerLines(what: RawRequest, host: string, payload: string | undefined): string[] {
  const lines: (readonly [string, string])[] = [
    ['host', host],
    ['connection', 'close'],
  ];
  if (what.token !== undefined) lines.push(['authorization', `Bearer ${what.token}`]);
  if (payload !== undefined) {
    const type = what.form === undefined ? 'application/json' : 'application/x-www-form-urlencoded';
    lines.push(['content-type', type], ['content-length', String(Buffer.byteLength(payload))]);
  }
  lines.push(...(what.headers ?? []));
  return lines.flat();
}

/** Sends one request on a new connection. Rejects when there is no HTTP answer. */
export function rawRequest(what: RawRequest): Promise<RawAnswer> {
  const { host, hostname, port } = new URL(what.url);
  const payload = what.form ?? (what.body === undefined ? undefined : JSON.stringify(what.body));
  const options: RequestOptions = {
    hostname,
    port,
    // As written: URL parsing would tidy up the very paths that tests want to send.
    path: what.url.slice(what.url.indexOf('/', 'https://'.length)),
    method: what.method ?? 'GET',
    ca: what.ca,
    agent: false,
    // Weak certificates must reach the server: to refuse them is its task, and no client of an attacker helps it.
    ciphers: 'DEFAULT:@SECLEVEL=0',
    // Node takes a flat list of names and values here, which is the one way to send a name twice.
    headers: headerLines(what, host, payload) as unknown as Record<string, string>,
    ...(what.identity !== undefined && { cert: what.identity.certificatePem, key: what.identity.keyPem }),
    ...(what.session !== undefined && { session: what.session }),
  };
  return new Promise((resolve, reject) => {
    let session: Buffer | undefined;
    const outgoing = request(options, (response) => {
      const resumed = (response.socket as TLSSocket).isSessionReused();
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headersDistinct as Record<string, string[]>,
          body: Buffer.concat(chunks).toString('utf8'),
          ...(session !== undefined && { session }),
          resumed,
        });
      });
    });
    outgoing.on('socket', (socket) => {
      socket.on('session', (made: Buffer) => {
        session = made;
      });
    });
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}
