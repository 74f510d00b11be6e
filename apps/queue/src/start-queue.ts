/**
 * The queue of the demo: whoever connects may publish and subscribe, and every subscriber gets every message once. It
 * knows nobody and checks nothing, and that is the point: what a message may do is decided where it is processed, by its
 * seal. A real broker adds accounts and redelivery; `npm run test:interop` has two of them.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { onFrame, sendFrame, type ClientFrame } from './frames.ts';

/** A running queue. */
export interface RunningQueue {
  readonly port: number;
  close(): void;
}

/** Starts it on a free port of 127.0.0.1. */
export async function startQueue(): Promise<RunningQueue> {
  const subscribers = new Map<string, Set<Socket>>();
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('close', () => {
      connections.delete(socket);
      for (const sockets of subscribers.values()) sockets.delete(socket);
    });
    onFrame<ClientFrame>(socket, (frame) => {
      if ('subscribe' in frame) {
        const known = subscribers.get(frame.subscribe) ?? new Set();
        subscribers.set(frame.subscribe, known.add(socket));
        return sendFrame(socket, { subscribed: frame.subscribe });
      }
      const { publish: message } = frame;
      for (const subscriber of subscribers.get(message.destination) ?? []) sendFrame(subscriber, { message });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const socket of connections) socket.destroy();
    },
  };
}
