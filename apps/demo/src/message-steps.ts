/** Attacks through the queue, by somebody who reads and writes it: with the message that was sent when Alice bought. */
import { sealHeader } from '@countersign/core';
import type { QueueMessage } from '@countersign/queue-app/connect-queue';
import type { MessageStep } from './step.ts';

const more = Buffer.from('{"sku":"apple","quantity":2000}').toString('base64');

function withoutSeal({ headers, ...rest }: QueueMessage): QueueMessage {
  const { [sealHeader]: _seal, ...others } = headers;
  return { ...rest, headers: others };
}

/** The attacks. */
export const messageAttacks: readonly MessageStep[] = [
  { title: 'message: sent again', message: (heard) => heard, reason: 'MESSAGE_REPLAYED' },
  {
    title: 'message: moved to where cancelled orders come',
    message: (heard) => ({ ...heard, destination: 'orders.cancelled' }),
    reason: 'MESSAGE_MISDIRECTED',
  },
  { title: 'message: another quantity', message: (heard) => ({ ...heard, payload: more }), reason: 'MESSAGE_ALTERED' },
  { title: 'message: without its seal', message: withoutSeal, reason: 'CREDENTIAL_MISSING' },
];
