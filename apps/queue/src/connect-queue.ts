/** A connection to the queue of the demo. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { onFrame, sendFrame, type QueueFrame, type QueueMessage } from './frames.ts';

export type { QueueMessage } from './frames.ts';

/** A connection. */
export interface QueueConnection {
  publish(message: QueueMessage): void;
  /** Settles when the subscription stands. */
  subscribe(destination: string, take: (message: QueueMessage) => void): Promise<void>;
  close(): void;
}

/** Connects. */
export async function connectQueue(port: number): Promise<QueueConnection> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const takers = new Map<string, (message: QueueMessage) => void>();
  const waiting = new Map<string, () => void>();
  onFrame<QueueFrame>(socket, (frame) => {
    if ('message' in frame) takers.get(frame.message.destination)?.(frame.message);
    else waiting.get(frame.subscribed)?.();
  });
  return {
    publish: (message) => sendFrame(socket, { publish: message }),
    subscribe: (destination, take) => {
      takers.set(destination, take);
      sendFrame(socket, { subscribe: destination });
      return new Promise((resolve) => void waiting.set(destination, resolve));
    },
    close: () => void socket.destroy(),
  };
}
