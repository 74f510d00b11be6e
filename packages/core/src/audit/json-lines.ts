/** One JSON object per line, into any writable stream: standard output, a file, a pipe to a collector. */
import { WriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { FaultCollector } from '../errors/configuration-error.ts';
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

function checkOptions(stream: Writable, options: JsonLinesOptions): void {
  const faults = new FaultCollector('jsonLines');
  faults.onlyKnown(options, ['confirm', 'maximumBufferedBytes']);
  if (typeof stream?.write !== 'function' || typeof stream.on !== 'function') {
    faults.add('CONFIG_MISSING', 'stream', 'is not a writable stream', 'pass e.g. process.stdout');
  }
  const { confirm = false, maximumBufferedBytes = defaultMaximumBufferedBytes } = options;
  if (typeof confirm !== 'boolean') {
    faults.add('CONFIG_INVALID', 'confirm', 'is not a boolean', 'write true, or leave it out');
  }
  if (!Number.isSafeInteger(maximumBufferedBytes) || maximumBufferedBytes < 1) {
    faults.add('CONFIG_INVALID', 'maximumBufferedBytes', 'is out of range', 'write a number of bytes, 1 or more');
  }
  faults.throwIfAny();
}

/**
 * What lets go of the lines that files hold back now. They go before the process ends, be it by the handler or by an
 * error of it: Node ends the writes that it has begun.
 */
const holding = new Set<() => void>();

function letAllGo(): void {
  for (const letGo of holding) letGo();
}

/**
 * Holds the lines of one turn of the event loop back, and lets them go in one write. Only for files: Node writes them in
 * the background in any case, one task for each write. Standard output, pipes and sockets get each line at once, so
 * that it is out when the handler ends the process.
 */
function createGathering(stream: Writable): () => void {
  if (!(stream instanceof WriteStream)) return () => {};
  const letGo = (): void => {
    if (holding.delete(letGo)) stream.uncork();
  };
  if (!process.listeners('exit').includes(letAllGo)) process.on('exit', letAllGo);
  return () => {
    if (holding.has(letGo)) return;
    holding.add(letGo);
    stream.cork();
    setImmediate(letGo);
  };
}

/**
 * Writes events as JSON lines. A closed stream, or one that holds back too much, fails the write instead of growing
 * without bound.
 * @throws {ConfigurationError} with every fault of the stream and the options.
 */
export function jsonLines(stream: Writable, options: JsonLinesOptions = {}): AuditSink {
  checkOptions(stream, options);
  const limit = options.maximumBufferedBytes ?? defaultMaximumBufferedBytes;
  let failed = false;
  // Without a listener a broken pipe would end the process; the failure shows on the next write instead.
  stream.on('error', () => {
    failed = true;
  });
  const gather = createGathering(stream);
  const prepare = (): void => {
    if (failed || stream.destroyed || stream.writableEnded) throw new Error('The stream of the audit sink is closed.');
    if (stream.writableLength > limit) throw new Error('The stream of the audit sink holds back too much.');
    gather();
  };
  const line = (event: AuditEvent): string => `${JSON.stringify(event)}\n`;
  if (options.confirm !== true) {
    return {
      write: (event) => {
        prepare();
        stream.write(line(event));
      },
    };
  }
  return {
    write: (event) => {
      prepare();
      return new Promise((resolve, reject) => {
        stream.write(line(event), (error) => (error ? reject(error) : resolve()));
      });
    },
  };
}
