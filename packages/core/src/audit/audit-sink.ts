/**
 * Where audit events go. One method. A sink that fails costs the event, which is counted and told, unless it is
 * required: then it costs the request.
 */
import { FaultCollector } from '../errors/configuration-error.ts';
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

function checkSinks(where: string, sinks: readonly AuditSink[]): void {
  const faults = new FaultCollector(where);
  const fix = `write e.g. ${where}(jsonLines(process.stdout))`;
  if (sinks.length === 0) faults.add('CONFIG_MISSING', 'sinks', 'are none', fix);
  for (const [index, sink] of sinks.entries()) {
    if (typeof sink?.write !== 'function') faults.add('CONFIG_INVALID', `sinks[${index}]`, 'is not a sink', fix);
  }
  faults.throwIfAny();
}

/**
 * Several sinks as one.
 * @throws {ConfigurationError} when there is none, or one of them is no sink.
 */
export function fanOut(...sinks: readonly [AuditSink, ...AuditSink[]]): AuditSink {
  checkSinks('fanOut', sinks);
  const branches = Object.freeze([...sinks]);
  return {
    branches,
    write: async (event) => {
      await Promise.all(branches.map(async (sink) => sink.write(event)));
    },
  };
}

/**
 * No record, no service: the request is refused (`AUDIT_UNAVAILABLE`) when this sink does not take its event.
 * @throws {ConfigurationError} when it is no sink.
 */
export function required(sink: AuditSink): AuditSink {
  checkSinks('required', [sink]);
  return { required: true, write: (event) => sink.write(event) };
}

/** The single sinks behind a sink. */
export function leavesOf(sink: AuditSink): readonly AuditSink[] {
  return sink.branches === undefined ? [sink] : sink.branches.flatMap(leavesOf);
}
