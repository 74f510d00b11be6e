/**
 * Tells of orders through the queue. The message is sealed: for its destination and its consumer, with the user it is
 * about and the chain of those who acted. No token goes with it, since whoever reads the queue would have that token.
 */
import { readFileSync } from 'node:fs';
import {
  createSigningKeyRing,
  currentContext,
  formatTraceparent,
  sealMessage,
  Secret,
  type Caller,
} from '@countersign/nestjs';
import type { QueueConnection } from '@countersign/queue-app/connect-queue';

/** What it needs. */
export interface AnnouncementParts {
  readonly service: string;
  readonly sealKeyFile: string;
  readonly queue: QueueConnection;
}

/** Tells of an order that was placed for the subject of this caller. */
export type Announce = (order: object, caller: Caller) => void;

const destination = 'orders.placed';
const audience = 'spiffe://demo.internal/notifications';
const dayMilliseconds = 86_400_000;

/** An instant in UTC, without fractions of seconds. */
function instant(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** Makes it, with the one key that lives as long as the demo. */
export function announcements({ service: producer, sealKeyFile, queue }: AnnouncementParts): Announce {
  const now = Date.now();
  const keys = createSigningKeyRing({
    keys: [
      {
        key: new Secret(readFileSync(sealKeyFile, 'utf8')),
        algorithm: 'ES256',
        activeFrom: instant(now - dayMilliseconds),
        retireAt: instant(now + dayMilliseconds),
      },
    ],
  });
  return (order, caller) => {
    const payload = Buffer.from(JSON.stringify(order));
    const trace = currentContext()?.trace;
    const traceparent = trace === undefined ? {} : { traceparent: formatTraceparent(trace) };
    const sealed = sealMessage(
      { payload, destination: `queue:${destination}` },
      { producer, keys, audience, onBehalfOf: caller, ...traceparent },
    );
    queue.publish({ destination, headers: { ...sealed.headers, ...traceparent }, payload: payload.toString('base64') });
  };
}
