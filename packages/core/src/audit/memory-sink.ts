/** Keeps the latest events in memory: for tests, demos and a debug page. Bounded. */
import type { AuditEvent } from './audit-event.ts';
import type { AuditSink } from './audit-sink.ts';

/** A sink that remembers. */
export interface MemorySink extends AuditSink {
  /** The events still held, oldest first. */
  readonly events: readonly AuditEvent[];
  clear(): void;
}

/** Holds the latest `capacity` events (default 1,000). */
export function memorySink(capacity = 1000): MemorySink {
  const events: AuditEvent[] = [];
  return {
    events,
    write: (event) => {
      events.push(event);
      if (events.length > capacity) events.shift();
    },
    clear: () => {
      events.length = 0;
    },
  };
}
