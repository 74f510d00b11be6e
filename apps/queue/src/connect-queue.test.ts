import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectQueue, type QueueMessage } from './connect-queue.ts';
import { startQueue, type RunningQueue } from './start-queue.ts';

let queue: RunningQueue;

beforeAll(async () => {
  queue = await startQueue();
});

afterAll(() => queue.close());

const message: QueueMessage = { destination: 'orders.placed', headers: { a: 'b' }, payload: 'AAEC' };

it('takes a message to every subscriber of its destination, and to nobody else', async () => {
  const [one, two, producer] = await Promise.all([1, 2, 3].map(() => connectQueue(queue.port)));
  const taken: string[] = [];
  const note = (who: string) => (got: QueueMessage) => void taken.push(`${who} ${got.destination} ${got.payload}`);
  await one?.subscribe('orders.placed', note('one'));
  await two?.subscribe('orders.placed', note('two'));
  await two?.subscribe('orders.cancelled', note('two'));
  producer?.publish(message);
  const last = new Promise<void>((resolve) => void producer?.subscribe('end', () => resolve()));
  producer?.publish({ ...message, destination: 'end' });
  await last;
  // Each connection keeps the order, so what was sent to the others is under way; theirs ends with an answer.
  await Promise.all([one?.subscribe('x', () => undefined), two?.subscribe('x', () => undefined)]);
  expect(taken.toSorted()).toEqual(['one orders.placed AAEC', 'two orders.placed AAEC']);
  for (const connection of [one, two, producer]) connection?.close();
});

it.each(['no JSON', '{"subscribe":', 'null'])('ends a connection that says %j', async (line) => {
  const socket = connect(queue.port, '127.0.0.1');
  socket.write(`${line}\n`);
  await once(socket, 'close');
  const other = await connectQueue(queue.port);
  await expect(other.subscribe('still there', () => undefined)).resolves.toBeUndefined();
  other.close();
});
