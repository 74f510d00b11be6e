/**
 * A Workload API on a real socket, served by grpc-js and by protobuf written here: an independent counterpart of the
 * client under test. What it sends is set by the test.
 */
import { Metadata, Server, ServerCredentials, status, type handleServerStreamingCall } from '@grpc/grpc-js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, svid, type CertificateOptions, type Issued } from '../../core/src/certificate/certificate.test-kit.ts';

/** A status instead of an answer. */
export interface Denial {
  readonly code: status;
  readonly details: string;
}
export const denied: Denial = { code: status.PERMISSION_DENIED, details: 'no identity issued' };

type Reply = Buffer | Denial;
const streams = ['FetchX509SVID', 'FetchX509Bundles', 'FetchJWTBundles'] as const;
export type StreamName = (typeof streams)[number];

export interface FakeWorkloadApi {
  readonly endpoint: string;
  /** Every call, with the metadata that matters. */
  readonly calls: { readonly method: string; readonly header: string | undefined }[];
  /** Sends it on the open streams and on those to come. */
  set(method: StreamName, reply: Reply): void;
  /** Ends the open streams cleanly. */
  end(method: StreamName): void;
  /** Answers FetchJWTSVID. */
  jwt: (request: Buffer) => Reply;
  open(method: StreamName): number;
  close(): Promise<void>;
}

type Call = Parameters<handleServerStreamingCall<Buffer, Buffer>>[0];
const asIs = (bytes: Buffer): Buffer => bytes;
const methodOf = (name: string, responseStream: boolean) => ({
  path: `/SpiffeWorkloadAPI/${name}`,
  requestStream: false as const,
  responseStream,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
});

const errorOf = ({ code, details }: Denial) => Object.assign(new Error(details), { code, details });

/** Where one may listen: a short path, as sockets need. */
export const socketDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'cs-'));

export async function startFakeWorkloadApi(given?: string): Promise<FakeWorkloadApi> {
  const directory = given ?? (await socketDirectory());
  const path = join(directory, 'api.sock');
  const server = new Server();
  const replies = new Map<string, Reply>();
  const open = new Map<string, Set<Call>>(streams.map((name) => [name, new Set()]));
  const calls: FakeWorkloadApi['calls'] = [];
  const send = (call: Call, reply: Reply): void => {
    if (Buffer.isBuffer(reply)) call.write(reply);
    else call.emit('error', errorOf(reply));
  };
  const headerOf = (metadata: Metadata): string | undefined => metadata.get('workload.spiffe.io')[0]?.toString();
  const api: FakeWorkloadApi = {
    endpoint: `unix://${path}`,
    calls,
    set: (method, reply) => {
      replies.set(method, reply);
      for (const call of open.get(method) ?? []) send(call, reply);
    },
    end: (method) => {
      for (const call of open.get(method) ?? []) call.end();
    },
    jwt: () => denied,
    open: (method) => open.get(method)?.size ?? 0,
    close: async () => {
      server.forceShutdown();
      await rm(directory, { recursive: true, force: true });
    },
  };
  const handlers = streams.map((name) => {
    const handle = (call: Call): void => {
      const header = headerOf(call.metadata);
      calls.push({ method: name, header });
      if (header !== 'true') {
        send(call, { code: status.INVALID_ARGUMENT, details: 'security header missing' });
        return;
      }
      open.get(name)?.add(call);
      for (const event of ['cancelled', 'finish', 'error', 'close']) call.on(event, () => open.get(name)?.delete(call));
      const reply = replies.get(name);
      if (reply !== undefined) send(call, reply);
    };
    return [name, handle] as const;
  });
  server.addService(
    {
      ...Object.fromEntries(streams.map((name) => [name, methodOf(name, true)])),
      FetchJWTSVID: methodOf('FetchJWTSVID', false),
    },
    {
      ...Object.fromEntries(handlers),
      FetchJWTSVID: (
        call: { readonly request: Buffer; readonly metadata: Metadata },
        answer: (error: Error | null, reply?: Buffer) => void,
      ) => {
        calls.push({ method: 'FetchJWTSVID', header: headerOf(call.metadata) });
        const reply = api.jwt(call.request);
        if (Buffer.isBuffer(reply)) answer(null, reply);
        else answer(errorOf(reply));
      },
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${path}`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    );
  });
  return api;
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value % 128) | 0x80, ...varint(Math.floor(value / 128))];
}

/** A field of wire type 2. */
export function field(number: number, value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes]);
}

export const joined = (...fields: readonly Buffer[]): Buffer => Buffer.concat(fields);

/** An entry of a map. */
export const entry = (number: number, key: string, value: string | Uint8Array): Buffer =>
  field(number, joined(field(1, key), field(2, value)));

/** What an SVID is sent with; everything has a good value. */
export interface SentSvid {
  readonly spiffeId?: string;
  readonly chain?: Uint8Array;
  readonly key?: Uint8Array;
  readonly bundle?: Uint8Array;
  readonly hint?: string;
}

/** An authority, and what it issues. */
export interface Domain {
  readonly authority: Issued;
  readonly issue: (path: string, options?: CertificateOptions) => Issued;
}

export function domain(trustDomain: string): Domain {
  const authority = root({ name: `root of ${trustDomain}`, uris: [`spiffe://${trustDomain}`] });
  return {
    authority,
    issue: (path, options = {}) =>
      svid(authority, { name: `${trustDomain}${path}`, uris: [`spiffe://${trustDomain}${path}`], ...options }),
  };
}

export const pkcs8 = ({ keys }: Issued): Buffer => keys.privateKey.export({ type: 'pkcs8', format: 'der' });

/** One entry of an X509SVIDResponse. */
export function svidEntry(authority: Issued, leaf: Issued, changes: SentSvid = {}): Buffer {
  const { spiffeId, chain = leaf.raw, key = pkcs8(leaf), bundle = authority.raw, hint = '' } = changes;
  const id = spiffeId ?? leaf.certificate.subjectAltName?.replace('URI:', '') ?? '';
  return field(
    1,
    joined(field(1, id), field(2, chain), field(3, key), field(4, bundle), ...(hint === '' ? [] : [field(5, hint)])),
  );
}
