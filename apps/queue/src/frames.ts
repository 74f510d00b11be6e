/** How the queue of the demo talks: one JSON object per line, over a TCP connection on loopback. */
import { createInterface } from 'node:readline';
import type { Socket } from 'node:net';

/** A message, as it travels: its bytes as base64, and headers beside them that nobody has verified. */
export interface QueueMessage {
  readonly destination: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
}

/** What a client says. */
export type ClientFrame = { readonly subscribe: string } | { readonly publish: QueueMessage };

/** What the queue says: that a subscription stands, or a message. */
export type QueueFrame = { readonly subscribed: string } | { readonly message: QueueMessage };

/** Sends one. */
export function sendFrame(socket: Socket, frame: ClientFrame | QueueFrame): void {
  socket.write(`${JSON.stringify(frame)}\n`);
}

/** Takes all that come. A line that is none ends the connection. */
export function onFrame<T extends ClientFrame | QueueFrame>(socket: Socket, take: (frame: T) => void): void {
  socket.on('error', () => socket.destroy());
  createInterface({ input: socket }).on('line', (line) => {
    try {
      take(JSON.parse(line) as T);
    } catch {
      socket.destroy();
    }
  });
}
