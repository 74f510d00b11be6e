/** Pieces for tests of guarded connections: clients whose connections are kept, over HTTP/1 and HTTP/2. */
import { once } from 'node:events';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { Agent, request } from 'node:https';
import { connect, type ConnectionOptions } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { Issued } from '../certificate/certificate.test-kit.ts';
import { until, type Protocol } from './guarded-server.test-kit.ts';
import { authority, orders, showing } from './tls.test-kit.ts';

/** What a client sees of a refused handshake, by version of Node. */
export const cutOff: RegExp = /socket hang up|ECONNRESET|certificate required|CERTIFICATE_REQUIRED/;

/** An answer, or the code of the error. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  /** Of the server, upper-case hex with colons. */
  readonly certificate: string;
}

/** Calls over HTTP/1, and answers who and what. */
export function fetchOver(agent: Agent, port: number, path = '/'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ agent, port, path, host: '127.0.0.1', servername: 'localhost' }, (answer) => {
      const { socket } = answer as unknown as { socket: ReturnType<typeof connect> };
      const certificate = socket.getPeerCertificate().fingerprint256;
      let body = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body, certificate }));
      answer.on('error', reject);
    });
    sent.on('error', reject).end();
  });
}

/** A pool of connections that are kept, showing a certificate. */
export function poolOf(shown: Issued | undefined, more: ConnectionOptions = {}): Agent {
  const agent = new Agent({
    keepAlive: true,
    maxCachedSessions: 0,
    ca: authority.pem,
    ...(shown !== undefined && showing(shown)),
    ...more,
  });
  onTestFinished(() => agent.destroy());
  return agent;
}

/** A session over HTTP/2. */
export async function sessionOf(port: number, shown: Issued | undefined): Promise<ClientHttp2Session> {
  const session = connectHttp2(`https://localhost:${port}`, {
    createConnection: () =>
      connect({
        port,
        host: '127.0.0.1',
        servername: 'localhost',
        ca: authority.pem,
        ALPNProtocols: ['h2'],
        ...(shown !== undefined && showing(shown)),
      }),
  });
  onTestFinished(() => session.destroy());
  session.on('error', () => {});
  await once(session, 'connect');
  return session;
}

/** Calls over HTTP/2. */
export async function streamOver(session: ClientHttp2Session, path = '/'): Promise<Pick<Reply, 'status' | 'body'>> {
  const stream = session.request({ ':path': path });
  stream.setEncoding('utf8').end();
  const cutOff = once(stream, 'close').then(() => Promise.reject(new Error('The stream was closed.')));
  const [headers] = (await Promise.race([once(stream, 'response'), cutOff])) as [Record<string, unknown>];
  cutOff.catch(() => {});
  let body = '';
  for await (const chunk of stream) body += String(chunk);
  return { status: Number(headers[':status']), body };
}

/** A connection that is kept, over either protocol: what the next request on it gets, and whether it is still open. */
export async function kept(protocol: Protocol, port: number, shown: Issued | null = orders()) {
  if (protocol === 'http2') {
    const session = await sessionOf(port, shown ?? undefined);
    return {
      call: (path?: string) => streamOver(session, path),
      isOpen: () => !session.closed && !session.destroyed,
      ended: () => until(() => session.destroyed),
    };
  }
  const agent = poolOf(shown ?? undefined);
  agent.maxSockets = 1;
  const sockets = () => Object.values({ ...agent.freeSockets, ...agent.sockets }).flat();
  return {
    call: (path?: string) => fetchOver(agent, port, path),
    isOpen: () => sockets().length > 0,
    ended: () => until(() => sockets().length === 0),
  };
}
