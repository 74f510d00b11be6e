/**
 * Several requests on one connection: over HTTP/1.1 one after the other on a socket that is kept, over HTTP/2 all at once
 * on one session. Well-formed requests, by the clients of Node.
 */
import { connect } from 'node:http2';
import { Agent, request } from 'node:https';
import type { PemIdentity, RawAnswer } from '../raw-request.ts';
import type { HttpProtocol } from './http-protocol.ts';

/** One of the requests, a GET. */
export interface SharedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The connection. */
export interface SharedConnection {
  readonly protocol: HttpProtocol;
  /** E.g. `https://127.0.0.1:8443`. */
  readonly origin: string;
  /** PEM of the authorities that the server's certificate must lead to. */
  readonly ca: string;
  readonly identity?: PemIdentity | undefined;
}

/** What came back. */
export type SharedAnswer = Pick<RawAnswer, 'status' | 'body'>;

function credentials({ identity }: SharedConnection): object {
  return identity === undefined ? {} : { cert: identity.certificatePem, key: identity.keyPem };
}

/** Sends one request through the agent; answers whether it went over a connection that was there. */
function ask(
  connection: SharedConnection,
  agent: Agent,
  { path, headers }: SharedRequest,
): Promise<SharedAnswer & { readonly isReused: boolean }> {
  return new Promise((resolve, reject) => {
    const { origin, ca } = connection;
    const outgoing = request(origin, { path, headers, agent, ca, ...credentials(connection) }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          body: Buffer.concat(chunks).toString('utf8'),
          isReused: outgoing.reusedSocket,
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

async function oneAfterTheOther(connection: SharedConnection, requests: readonly SharedRequest[]) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 0 });
  const answers: SharedAnswer[] = [];
  try {
    for (const [index, one] of requests.entries()) {
      const answer = await ask(connection, agent, one);
      if (index > 0 && !answer.isReused) throw new Error('The server keeps no connection, so nothing can be shared.');
      answers.push(answer);
    }
  } finally {
    agent.destroy();
  }
  return answers;
}

async function allAtOnce(connection: SharedConnection, requests: readonly SharedRequest[]) {
  const session = connect(connection.origin, { ca: connection.ca, ...credentials(connection) });
  // The streams tell of it, too.
  session.on('error', () => {});
  try {
    return await Promise.all(
      requests.map(async ({ path, headers }): Promise<SharedAnswer> => {
        const stream = session.request({ ':path': path, ...headers });
        let status = 0;
        stream.on('response', ({ ':status': told }) => {
          status = told ?? 0;
        });
        const chunks: Buffer[] = [];
        for await (const chunk of stream) chunks.push(chunk as Buffer);
        return { status, body: Buffer.concat(chunks).toString('utf8') };
      }),
    );
  } finally {
    session.destroy();
  }
}

/** Sends them, and answers in their order. */
export function sendOnOneConnection(
  connection: SharedConnection,
  requests: readonly SharedRequest[],
): Promise<readonly SharedAnswer[]> {
  return connection.protocol === 'h2' ? allAtOnce(connection, requests) : oneAfterTheOther(connection, requests);
}
