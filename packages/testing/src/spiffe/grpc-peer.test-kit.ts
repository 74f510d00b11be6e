/** An independent peer for the fake: the client of grpc-js, and messages read by protobufjs from the definition. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { onTestFinished } from 'vitest';
import type { WorkloadApiMethod } from './workload-answers.ts';

/** The service as its specification describes it (SPIFFE Workload API §4 to §6), without the profile for WIT-SVIDs. */
const definition = `
syntax = "proto3";
import "google/protobuf/struct.proto";
message Empty {}
message X509SVID {
  string spiffe_id = 1; bytes x509_svid = 2; bytes x509_svid_key = 3; bytes bundle = 4; string hint = 5;
}
message X509SVIDResponse {
  repeated X509SVID svids = 1; repeated bytes crl = 2; map<string, bytes> federated_bundles = 3;
}
message X509BundlesResponse { repeated bytes crl = 1; map<string, bytes> bundles = 2; }
message JWTSVIDRequest { repeated string audience = 1; string spiffe_id = 2; }
message JWTSVID { string spiffe_id = 1; string svid = 2; string hint = 3; }
message JWTSVIDResponse { repeated JWTSVID svids = 1; }
message JWTBundlesResponse { map<string, bytes> bundles = 1; }
message ValidateJWTSVIDRequest { string audience = 1; string svid = 2; }
message ValidateJWTSVIDResponse { string spiffe_id = 1; google.protobuf.Struct claims = 2; }
service SpiffeWorkloadAPI {
  rpc FetchX509SVID (Empty) returns (stream X509SVIDResponse);
  rpc FetchX509Bundles (Empty) returns (stream X509BundlesResponse);
  rpc FetchJWTSVID (JWTSVIDRequest) returns (JWTSVIDResponse);
  rpc FetchJWTBundles (Empty) returns (stream JWTBundlesResponse);
  rpc ValidateJWTSVID (ValidateJWTSVIDRequest) returns (ValidateJWTSVIDResponse);
  rpc FetchWITSVID (Empty) returns (stream Empty);
}`;

/** A message as protobufjs gives it. */
export type Message = Readonly<Record<string, unknown>>;

/** An X.509-SVID in it. */
export interface ReadSvid {
  readonly spiffe_id: string;
  readonly x509_svid: Buffer;
  readonly x509_svid_key: Buffer;
  readonly bundle: Buffer;
  readonly hint: string;
}

/** A stream that is read message by message. */
export interface PeerStream {
  /** The next message, or how the stream ended: its status code. */
  next(): Promise<Message | number>;
  cancel(): void;
}

/** Methods of the fake, and one that it does not have. */
export type PeerMethod = WorkloadApiMethod | 'FetchWITSVID';

/** A method of a client of grpc-js. */
type Method = (this: object, ...given: readonly unknown[]) => unknown;

/** A client. */
export interface Peer {
  stream(method: PeerMethod, metadata?: grpc.Metadata): PeerStream;
  /** The answer, or the status code of the refusal. */
  call(method: PeerMethod, request: Message, metadata?: grpc.Metadata): Promise<Message | number>;
}

/** The metadata that every call must carry. */
export function secured(): grpc.Metadata {
  const metadata = new grpc.Metadata();
  metadata.set('workload.spiffe.io', 'true');
  return metadata;
}

function loadService(): grpc.ServiceClientConstructor {
  const folder = mkdtempSync(join(tmpdir(), 'cs-'));
  const path = join(folder, 'workload.proto');
  try {
    writeFileSync(path, definition);
    const loaded = grpc.loadPackageDefinition(loadSync(path, { keepCase: true, defaults: true }));
    return loaded['SpiffeWorkloadAPI'] as grpc.ServiceClientConstructor;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readStream(stream: grpc.ClientReadableStream<Message>): PeerStream {
  const read: (Message | number)[] = [];
  let wake = (): void => {};
  const take = (one: Message | number): void => {
    read.push(one);
    wake();
  };
  stream.on('data', take);
  stream.on('error', () => {});
  // A compressed message without an encoding ends the call without a code.
  stream.on('status', ({ code }) => take((code as number | undefined) ?? grpc.status.UNKNOWN));
  return {
    next: async () => {
      while (read.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return read.shift() as Message | number;
    },
    cancel: () => stream.cancel(),
  };
}

/** Connects to an endpoint until the test ends. */
export function connectPeer(endpoint: string): Peer {
  const Service = loadService();
  const client = new Service(endpoint.replace(/^tcp:\/\//, ''), grpc.credentials.createInsecure());
  onTestFinished(() => client.close());
  return {
    stream: (method, metadata = secured()) =>
      readStream((client[method] as Method).call(client, {}, metadata) as grpc.ClientReadableStream<Message>),
    call: (method, request, metadata = secured()) =>
      new Promise((resolve) => {
        const done = (error: grpc.ServiceError | null, answer: Message): void => resolve(error?.code ?? answer);
        (client[method] as Method).call(client, request, metadata, done);
      }),
  };
}
