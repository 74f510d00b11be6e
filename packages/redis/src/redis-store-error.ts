/**
 * Why a store cannot tell. It has no `cause` and quotes nothing but a code word, because errors of clients can name the
 * address of the server.
 */

/** Thrown when a store cannot tell. Core refuses the request (503). */
export class RedisStoreError extends Error {
  override readonly name = 'RedisStoreError';
}

const codeWord = /^[A-Z][A-Z_]{1,30}(?= |$)/;

function codeWordOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // The code of a socket (ECONNREFUSED), or the first word of what the server answered (LOADING, READONLY, OOM).
  const { code } = error as { readonly code?: unknown };
  return codeWord.exec(typeof code === 'string' ? code : error.message)?.[0];
}

/** Makes the error for a command that failed. */
export function failedCommand(error: unknown): RedisStoreError {
  const word = codeWordOf(error);
  return new RedisStoreError(word === undefined ? 'The command failed.' : `The command failed: ${word}.`);
}
