/** The audit events of all services, joined by trace id. */
import { setTimeout as wait } from 'node:timers/promises';
import type { AuditEvent } from '@countersign/core';

const arrivalLimitMilliseconds = 5_000;
const pauseMilliseconds = 10;

/** Collects events. */
export class EventLog {
  readonly #events: AuditEvent[] = [];
  #follow: (event: AuditEvent) => void = () => undefined;

  add(event: AuditEvent): void {
    this.#events.push(event);
    this.#follow(event);
  }

  /** Tells of every event from now on. */
  follow(tell: (event: AuditEvent) => void): void {
    this.#follow = tell;
  }

  /** The events of one trace, in the order of their ids. */
  ofTrace(traceId: string): readonly AuditEvent[] {
    return this.#events
      .filter((event) => event.trace_id === traceId)
      .sort((a, b) => (a['event.id'] < b['event.id'] ? -1 : 1));
  }

  /** Waits until a trace has an event that fits: events travel through a pipe and arrive a little later. */
  async waitFor(traceId: string, fits: (event: AuditEvent) => boolean): Promise<AuditEvent | undefined> {
    const end = Date.now() + arrivalLimitMilliseconds;
    for (;;) {
      const found = this.ofTrace(traceId).findLast(fits);
      if (found !== undefined || Date.now() > end) return found;
      await wait(pauseMilliseconds);
    }
  }
}
