/** The calls of a fake Workload API: which are open, how often each method was called, and how they are answered now. */
import type { Http2Server } from 'node:http2';
import type { Socket } from 'node:net';
import { createGrpcServer, grpcCodes, type GrpcCall, type GrpcStatus } from './grpc-server.ts';
import {
  answerOnce,
  sendState,
  streams,
  workloadApiMethods,
  type AnswerSetting,
  type StreamMessage,
  type WorkloadApiMethod,
} from './workload-answers.ts';
import type { WorkloadFault } from './workload-faults.ts';
import type { WorkloadTrust } from './workload-trust.ts';

/** How calls are answered. */
export type Behaviour = 'serving' | 'denied' | 'unavailable' | 'silent' | 'down';

/** The server with its controls. */
export interface WorkloadCalls {
  readonly server: Http2Server;
  readonly counts: Readonly<Record<WorkloadApiMethod, number>>;
  openStreams(): number;
  nextCall(method: WorkloadApiMethod): Promise<void>;
  behave(behaviour: Behaviour, fault?: WorkloadFault): void;
  setRevocationLists(lists: readonly Uint8Array[]): void;
  /** Tells every open stream the state of now. */
  tellStreams(): void;
  endStreams(): void;
  dropConnections(): void;
}

const prefix = '/SpiffeWorkloadAPI/';
const securityHeader = 'workload.spiffe.io';

const refusals: Partial<Record<Behaviour, GrpcStatus>> = {
  denied: { code: grpcCodes.permissionDenied, message: 'no identity issued' },
  unavailable: { code: grpcCodes.unavailable, message: 'the agent is not ready' },
};

function methodOf(path: string): WorkloadApiMethod | undefined {
  return workloadApiMethods.find((method) => path === `${prefix}${method}`);
}

/** Makes the server. It does not listen yet. */
export function createWorkloadCalls(trust: WorkloadTrust, tokenLifetimeSeconds: number): WorkloadCalls {
  const counts = Object.fromEntries(workloadApiMethods.map((method) => [method, 0])) as Record<
    WorkloadApiMethod,
    number
  >;
  const sockets = new Set<Socket>();
  const open = new Map<GrpcCall, StreamMessage>();
  const waiting = new Map<WorkloadApiMethod, (() => void)[]>();
  let behaviour: Behaviour = 'serving';
  let fault: WorkloadFault | undefined;
  let revocationLists: readonly Uint8Array[] = [];
  const setting = (): AnswerSetting => ({ trust, revocationLists, tokenLifetimeSeconds, fault });

  const dropConnections = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const answer = async (call: GrpcCall, method: WorkloadApiMethod): Promise<void> => {
    const refusal = refusals[behaviour];
    const message = streams[method];
    if (behaviour === 'down') {
      dropConnections();
    } else if (call.metadata[securityHeader] !== 'true') {
      call.end({ code: grpcCodes.invalidArgument, message: 'security header missing from request' });
    } else if (refusal !== undefined) {
      call.end(refusal);
    } else if (message !== undefined) {
      open.set(call, message);
      call.onClose(() => open.delete(call));
      if (behaviour === 'serving') sendState(call, message, setting());
    } else if (behaviour === 'serving') {
      await answerOnce(call, method, setting());
    }
  };
  const server = createGrpcServer((call) => {
    const method = methodOf(call.path);
    if (method === undefined) {
      call.end({ code: grpcCodes.unimplemented });
      return;
    }
    counts[method] += 1;
    const told = waiting.get(method) ?? [];
    waiting.delete(method);
    const tell = (): void => told.forEach((resolve) => resolve());
    answer(call, method).then(tell, () => call.end({ code: grpcCodes.internal }));
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const tellStreams = (): void => {
    if (behaviour === 'down') dropConnections();
    const refusal = refusals[behaviour];
    for (const [call, message] of open) {
      if (refusal !== undefined) call.end(refusal);
      else if (behaviour === 'serving') sendState(call, message, setting());
    }
  };
  return {
    server,
    counts,
    openStreams: () => open.size,
    nextCall: (method) =>
      new Promise((resolve) => {
        waiting.set(method, [...(waiting.get(method) ?? []), resolve]);
      }),
    behave: (next, broken) => {
      behaviour = next;
      fault = broken;
      tellStreams();
    },
    setRevocationLists: (lists) => {
      revocationLists = lists;
      tellStreams();
    },
    tellStreams,
    endStreams: () => {
      for (const call of open.keys()) call.end({ code: grpcCodes.ok });
    },
    dropConnections,
  };
}
