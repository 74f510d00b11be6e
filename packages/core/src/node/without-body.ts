/** What a CORS preflight may get without a caller, where handlers may see it: headers, never a body. */
import type { ServerResponse } from 'node:http';

const silenced = new WeakSet<ServerResponse>();

type Method = (...given: readonly unknown[]) => unknown;

/** What stands at the end of the arguments of `write` and `end`: who is told when it is done. */
function callbackOf(given: readonly unknown[]): (() => void) | undefined {
  const last = given.at(-1);
  return typeof last === 'function' ? (last as () => void) : undefined;
}

/**
 * Takes the body off every answer, and makes the successful ones a 204: Express, for one, cannot tell a CORS middleware from a
 * handler that answers every method, and nothing that a handler or an error handler says may go to a caller nobody
 * verified.
 */
export function withoutBody(response: ServerResponse): void {
  silenced.add(response);
  const methods = response as unknown as Record<'writeHead' | 'write' | 'end', Method>;
  const [writeHead, write, end] = [methods.writeHead, methods.write, methods.end].map(
    (method): Method =>
      (...given) =>
        method.apply(response, [...given]),
  ) as [Method, Method, Method];
  methods.writeHead = (...given) => {
    if (!silenced.has(response)) return writeHead(...given);
    for (const name of ['content-type', 'content-length', 'transfer-encoding', 'etag']) response.removeHeader(name);
    const [status] = given as [number];
    return writeHead(status < 300 ? 204 : status);
  };
  methods.write = (...given) => {
    if (!silenced.has(response)) return write(...given);
    const told = callbackOf(given);
    if (told !== undefined) process.nextTick(told);
    return true;
  };
  methods.end = (...given) => {
    if (!silenced.has(response)) return end(...given);
    const told = callbackOf(given);
    return told === undefined ? end() : end(told);
  };
}

/** Lets the next answer have its body: a refusal of ours. */
export function withBody(response: ServerResponse): void {
  silenced.delete(response);
}
