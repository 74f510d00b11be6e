/**
 * Where audit events go. One method. A sink that fails costs the event, which is counted and told, unless it is
 * required: then it costs the request.
 */
import type { MaybePromise } from '../errors/outcome.ts';
import type { AuditEvent } from './audit-event.ts';

/** Takes audit events. Throws, or rejects, when it could not take one. */
export interface AuditSink {
  write(event: AuditEvent): MaybePromise<void>;
  /** Refuse the request (503) when this sink cannot take its event. Set by `required`. */
  readonly required?: true;
  /** The sinks behind this one. Set by `fanOut`; each is delivered to by itself. */
  readonly branches?: readonly AuditSink[];
}

/** Several sinks as one. */
export function fanOut(...sinks: readonly [AuditSink, ...AuditSink[]]): AuditSink {
  const branches = Object.freeze([...sinks]);
  return {
    branches,
    write: async (event) => {
      await Promise.all(branches.map(async (sink) => sink.write(event)));
    },
  };
}

/** No record, no service: the request is refused (`AUDIT_UNAVAILABLE`) when this sink does not take its event. */
export function required(sink: AuditSink): AuditSink {
  return { required: true, write: (event) => sink.write(event) };
}

/** The single sinks behind a sink. */
export function leavesOf(sink: AuditSink): readonly AuditSink[] {
  return sink.branches === undefined ? [sink] : sink.branches.flatMap(leavesOf);
}
