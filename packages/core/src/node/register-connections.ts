/**
 * Tells a register of the connections of a server: of each that opens and closes, and of each response that begins on
 * an HTTP/1 connection. Over HTTP/2 a connection is a session, which counts its streams itself.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Session } from 'node:http2';
import type { Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ConnectionRegister } from './connection-register.ts';
import { Http1Connection, Http2Connection } from './guarded-connection.ts';

const beginnings = ['request', 'checkContinue', 'checkExpectation'] as const;

/** Keeps the register of a server, until the answer is called. */
export function registerConnections(server: Server, register: Pick<ConnectionRegister, 'add' | 'remove'>): () => void {
  const byHttp1 = new WeakMap<object, Http1Connection>();
  // Over HTTP/2 the socket belongs to a session, which is told of by itself.
  const servesHttp2 = 'updateSettings' in server;
  const onSecure = (socket: TLSSocket): void => {
    if (servesHttp2 && socket.alpnProtocol === 'h2') return;
    const connection = new Http1Connection(socket);
    byHttp1.set(socket, connection);
    register.add(connection);
    socket.once('close', () => register.remove(connection));
  };
  const onSession = (session: ServerHttp2Session): void => {
    const connection = new Http2Connection(session);
    register.add(connection);
    session.once('close', () => register.remove(connection));
  };
  const onRequest = ({ socket }: IncomingMessage, response: ServerResponse): void => {
    byHttp1.get(socket)?.begin(response);
  };
  server.on('secureConnection', onSecure);
  server.on('session', onSession);
  // In front, because a handler may answer at once. Node hands a request over by one of these; those that nobody listens
  // to it answers by itself, and must go on to.
  const begins = beginnings.filter((event) => event === 'request' || server.listenerCount(event) > 0);
  for (const event of begins) server.prependListener(event, onRequest);
  return () => {
    server.off('secureConnection', onSecure);
    server.off('session', onSession);
    for (const event of begins) server.off(event, onRequest);
  };
}
