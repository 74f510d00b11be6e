/**
 * Bytes on a TLS connection of their own, to the letter: what no client of HTTP would send. The answers are read until
 * the server ends the connection.
 */
import { once } from 'node:events';
import { connect } from 'node:tls';
import type { PemIdentity } from './raw-request.ts';
import { readAnswers, type ConnectionAnswer } from './read-answers.ts';

/** What to send. */
export interface BytesToSend {
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** PEM of the authorities that the server's certificate must lead to. */
  readonly ca: string;
  readonly identity?: PemIdentity | undefined;
  /** Sent at once. */
  readonly bytes: string;
  /** Sent when the first answer is there: a request that asks the server to end the connection. */
  readonly last: string;
}

/** What came back. */
export interface BytesAnswered {
  readonly answers: readonly ConnectionAnswer[];
  /** Whether the server ended the connection; otherwise it waits for more. */
  readonly hasEnded: boolean;
}

/** Longer than any honest server needs, in milliseconds. Only a server that waits for more lets it pass. */
const patienceMs = 10_000;

/** Sends them. A connection that the server cuts is no error: it is an answer. */
export async function sendBytes({ port, ca, identity, bytes, last }: BytesToSend): Promise<BytesAnswered> {
  const socket = connect({
    host: '127.0.0.1',
    port,
    ca,
    ALPNProtocols: ['http/1.1'],
    ...(identity !== undefined && { cert: identity.certificatePem, key: identity.keyPem }),
  });
  await once(socket, 'secureConnect');
  const chunks: Buffer[] = [];
  let hasEnded = true;
  let isLastSent = false;
  return new Promise((resolve) => {
    const patience = setTimeout(() => {
      hasEnded = false;
      socket.destroy();
    }, patienceMs);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (isLastSent || readAnswers(Buffer.concat(chunks)).length === 0) return;
      isLastSent = true;
      socket.write(last);
    });
    // A reset tells no more than that the connection is over.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(patience);
      resolve({ answers: readAnswers(Buffer.concat(chunks)), hasEnded });
    });
    socket.write(bytes, 'latin1');
  });
}
