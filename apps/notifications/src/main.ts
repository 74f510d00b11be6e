/**
 * The notifications: a worker that takes messages from the queue. It believes neither the queue nor its headers, only the
 * seal of a producer it knows, for the place where the message was found. Who a message is about, the seal says.
 */
import { readFileSync } from 'node:fs';
import {
  compileRequirement,
  createMemoryMessageLedger,
  createServiceAuth,
  currentCaller,
  handleMessage,
  messageFactsOf,
  recordMessageOf,
  sealedMessage,
  type KeyDocument,
  type MessageFacts,
} from '@countersign/core';
import { connectQueue, type QueueMessage } from '@countersign/queue-app/connect-queue';
import { announceReady, readWorkload, settingOf } from '@countersign/trust-world-app/settings';
import { serviceNameOf } from '@countersign/trust-world-app/workload';

const workload = await readWorkload();
const producers = Object.entries(settingOf(workload, 'producers')).map(([id, file]) => ({
  id,
  keys: JSON.parse(readFileSync(file, 'utf8')) as KeyDocument,
  mayClaim: { subject: true } as const,
}));
const [first, ...others] = producers;
if (first === undefined) throw new Error('The settings name no producer.');
const auth = createServiceAuth({
  ...serviceNameOf(workload),
  accept: [sealedMessage({ producers: [first, ...others], ledger: createMemoryMessageLedger() })],
});
const requirement = compileRequirement(
  { caller: 'spiffe://demo.internal/orders', subject: 'required', actor: 'required' },
  'messages of orders',
);

/** The message as it was found: at the destination that we have subscribed, whatever it says of itself. */
function foundAt(destination: string, { headers, payload }: Partial<QueueMessage>): MessageFacts {
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'base64') : undefined;
  return recordMessageOf({ headers, destination: `queue:${destination}`, payload: bytes });
}

const sent: string[] = [];
const queue = await connectQueue(settingOf(workload, 'queuePort'));
for (const destination of ['orders.placed', 'orders.cancelled']) {
  // eslint-disable-next-line no-await-in-loop -- one after the other, at start
  await queue.subscribe(destination, (message) => {
    const facts = messageFactsOf(foundAt(destination, message), `${destination} handler`);
    // What was refused stands in the audit. A broker would be told by the disposition what to do with it.
    void handleMessage(auth, { facts, requirement }, () => sent.push(currentCaller().subject?.id ?? ''));
  });
}

await auth.ready();
announceReady(undefined, async () => {
  queue.close();
  await auth.close();
});
