/**
 * The logger we accept: the shape of pino, and of `console` with the arguments the other way round. Nothing in the
 * library writes to the console by itself.
 */
import type { Notice, NoticeSink } from './notice.ts';

/** A structured logger. `pino()` fits as it is. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Whether a value does the work of a logger. One that does not would be silent. */
export function isLogger(value: unknown): value is Logger {
  const { info, warn, error } = (value ?? {}) as Partial<Logger>;
  return [info, warn, error].every((method) => typeof method === 'function');
}

/** Logs nothing. The default. */
export const silentLogger: Logger = { info: () => {}, warn: () => {}, error: () => {} };

/** Sends notices to a logger. A logger that throws does not disturb the request. */
export function noticesTo(logger: Logger): NoticeSink {
  return (notice: Notice) => {
    try {
      // The code comes last: no fact takes its place.
      logger[notice.level]({ ...notice.facts, code: notice.code }, notice.message);
    } catch {
      // A notice never decides a request.
    }
  };
}
