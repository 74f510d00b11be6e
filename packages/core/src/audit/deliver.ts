/** Hands an event to every sink, and tells apart the sinks whose failure matters to the request. */
import type { NoticeSink } from '../runtime/notice.ts';
import type { AuditEvent } from './audit-event.ts';
import { leavesOf, type AuditSink } from './audit-sink.ts';

/** Delivers one event. Answers `false` when a required sink did not take it. */
export type Deliver = (event: AuditEvent) => boolean | Promise<boolean>;

/** Longest wait for a required sink, in milliseconds. One that hangs must not collect requests without bound. */
export const sinkTimeoutMilliseconds = 5_000;

/** Settles as the promise does, or rejects when that takes too long. */
function withinTime(written: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new DOMException('', 'TimeoutError'));
    const timer = setTimeout(giveUp, sinkTimeoutMilliseconds).unref();
    void Promise.resolve(written)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

/** Makes the delivery for a sink tree. Dropped events are counted and told. */
export function createDelivery(sink: AuditSink, notify: NoticeSink): Deliver {
  const sinks = leavesOf(sink);
  let dropped = 0;
  const lose = (event: AuditEvent, error: unknown): void => {
    dropped += 1;
    // The message of the error is the sink's own text and could quote the event: its name is enough.
    const name = error instanceof Error ? error.name : typeof error;
    notify({
      code: 'AUDIT_EVENT_DROPPED',
      level: 'error',
      message: 'An audit sink did not take an event.',
      facts: { eventId: event['event.id'], droppedSinceStart: dropped, error: name },
    });
  };
  return (event) => {
    const waiting: Promise<boolean>[] = [];
    let taken = true;
    for (const leaf of sinks) {
      const isRequired = leaf.required === true;
      try {
        const written = leaf.write(event);
        if (written === undefined) continue;
        const settled = (isRequired ? withinTime(written) : written).then(
          () => true,
          (error: unknown) => {
            lose(event, error);
            return !isRequired;
          },
        );
        if (isRequired) waiting.push(settled);
      } catch (error) {
        lose(event, error);
        if (isRequired) taken = false;
      }
    }
    if (waiting.length === 0) return taken;
    return Promise.all(waiting).then((results) => taken && results.every(Boolean));
  };
}
