/** One JSON object per line, into any writable stream: standard output, a file, a pipe to a collector. */
import type { Writable } from 'node:stream';
import type { AuditEvent } from './audit-event.ts';
import type { AuditSink } from './audit-sink.ts';

/** Options of `jsonLines`. */
export interface JsonLinesOptions {
  /** Wait until the stream took the line. Needed inside `required(…)`. Default `false`. */
  readonly confirm?: boolean;
  /** Bytes the stream may hold back before events are dropped. Default 16 MiB. */
  readonly maximumBufferedBytes?: number;
}

const defaultMaximumBufferedBytes = 16 * 1024 * 1024;

/**
 * Writes events as JSON lines. A closed stream, or one that holds back too much, fails the write instead of growing
 * without bound.
 */
export function jsonLines(stream: Writable, options: JsonLinesOptions = {}): AuditSink {
  const limit = options.maximumBufferedBytes ?? defaultMaximumBufferedBytes;
  let failed = false;
  // Without a listener a broken pipe would end the process; the failure shows on the next write instead.
  stream.on('error', () => {
    failed = true;
  });
  const assertOpen = (): void => {
    if (failed || stream.destroyed || stream.writableEnded) throw new Error('The stream of the audit sink is closed.');
    if (stream.writableLength > limit) throw new Error('The stream of the audit sink holds back too much.');
  };
  const line = (event: AuditEvent): string => `${JSON.stringify(event)}\n`;
  if (options.confirm !== true) {
    return {
      write: (event) => {
        assertOpen();
        stream.write(line(event));
      },
    };
  }
  return {
    write: (event) => {
      assertOpen();
      return new Promise((resolve, reject) => {
        stream.write(line(event), (error) => (error ? reject(error) : resolve()));
      });
    },
  };
}
