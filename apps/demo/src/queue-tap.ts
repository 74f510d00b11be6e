/** Somebody who reads and writes the queue. Nothing stops them: the queue of the demo believes everybody. */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { connectQueue, type QueueMessage } from '@countersign/queue-app/connect-queue';

/** The tap. */
export interface QueueTap {
  /** The last message that was heard. Rejects when none comes. */
  heard(): Promise<QueueMessage>;
  /** Sends, in a trace of its own, which it answers. */
  send(message: QueueMessage): string;
  close(): void;
}

const patienceMilliseconds = 5_000;
const pauseMilliseconds = 10;

/** Listens from now on. */
export async function tapQueue(port: number): Promise<QueueTap> {
  const queue = await connectQueue(port);
  let last: QueueMessage | undefined;
  await queue.subscribe('orders.placed', (message) => {
    last ??= message;
  });
  return {
    heard: async () => {
      const end = Date.now() + patienceMilliseconds;
      while (last === undefined) {
        if (Date.now() > end) throw new Error('no message was heard');
        // eslint-disable-next-line no-await-in-loop -- it comes a little later, by another process
        await wait(pauseMilliseconds);
      }
      return last;
    },
    send: (message) => {
      const traceId = randomBytes(16).toString('hex');
      const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
      queue.publish({ ...message, headers: { ...message.headers, traceparent } });
      return traceId;
    },
    close: () => queue.close(),
  };
}
