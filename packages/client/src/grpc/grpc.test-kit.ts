/** A real gRPC server that demands a certificate, and clients of it: bytes in, bytes out, without a protocol file. */
import * as grpc from '@grpc/grpc-js';
import type { PemIdentity } from '@countersign/testing';
import { onTestFinished } from 'vitest';
import type { GrpcCertificates } from '../index.ts';

const same = (bytes: Buffer): Buffer => bytes;
const method = {
  path: '/stock.Stock/Find',
  requestStream: false,
  responseStream: false,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
} as const;

/** A running server. */
export interface GrpcServer {
  readonly target: string;
  /** The certificate that each call came with, in base64, and its text. */
  readonly calls: { readonly certificate: string; readonly text: string }[];
  /** Answers a call that is held: those with the text `slow` are. */
  readonly held: (() => void)[];
}

/** Serves until the test ends. */
export async function serveGrpc({ keyPem, certificatePem }: PemIdentity, clientCa: string): Promise<GrpcServer> {
  const calls: GrpcServer['calls'] = [];
  const held: GrpcServer['held'] = [];
  const server = new grpc.Server();
  server.addService(
    { find: method },
    {
      find: (call: grpc.ServerUnaryCall<Buffer, Buffer>, callback: grpc.sendUnaryData<Buffer>) => {
        const { raw } = call.getAuthContext().sslPeerCertificate ?? {};
        const text = call.request.toString();
        calls.push({ certificate: raw?.toString('base64') ?? 'nobody', text });
        const answer = (): void => callback(null, Buffer.from(`answer to ${text}`));
        if (text === 'slow') held.push(answer);
        else answer();
      },
    },
  );
  const pair = { private_key: Buffer.from(keyPem), cert_chain: Buffer.from(certificatePem) };
  const credentials = grpc.ServerCredentials.createSsl(Buffer.from(clientCa), [pair], true);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
  onTestFinished(() => server.forceShutdown());
  return { target: `localhost:${port}`, calls, held };
}

/** A client as an application makes it. */
export function grpcClient(target: string, certificates: GrpcCertificates): grpc.Client {
  const credentials = grpc.experimental.createCertificateProviderChannelCredentials(
    certificates,
    certificates,
    certificates.verifyOptions,
  );
  const made = new grpc.Client(target, credentials);
  onTestFinished(() => made.close());
  return made;
}

/** One call. Rejects with the error of grpc-js. */
export function find(client: grpc.Client, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(method.path, same, same, Buffer.from(text), (error, answer) => {
      if (error === null) resolve(String(answer));
      else reject(error);
    });
  });
}
