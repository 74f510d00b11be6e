/**
 * An answer that stays as it is, for frameworks that go on after a refusal: their error handlers may answer once more,
 * Node would throw at them, and some then drop the connection. What they write is ignored.
 */
import type { ServerResponse } from 'node:http';
import type { Denied } from '../enforcement/verdict.ts';
import { writeDenial } from './write-denial.ts';

const writers = ['setHeader', 'appendHeader', 'removeHeader', 'writeHead', 'write', 'end'] as const;

/** Ends the response: with a refusal, or with no content (204). */
export function answerFinally(response: ServerResponse, denied: Denied | undefined): void {
  if (denied !== undefined) writeDenial(response, denied);
  else if (!response.headersSent) response.writeHead(204).end();
  const methods = response as unknown as Record<string, (...given: unknown[]) => unknown>;
  for (const name of writers) {
    const write = methods[name]?.bind(response);
    methods[name] = (...given) => (response.headersSent ? response : write?.(...given));
  }
}
