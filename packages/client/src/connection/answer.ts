/** An answer of a service, as the rules of the client look at it, whatever carries it. */

/** Its status and headers; the body only to be thrown away. */
export interface Answer<T> {
  readonly status: number;
  readonly isRedirect: boolean;
  /** Several lines of one header come joined by commas. */
  header(name: string): string | undefined;
  /** The answer is not passed on: its connection is freed. */
  discard(): Promise<void>;
  /** What the caller gets. */
  readonly value: T;
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Whether a status sends the caller elsewhere. */
export function isRedirectStatus(status: number): boolean {
  return redirects.has(status);
}

/** Whether an answer of `fetch` sends the caller elsewhere. */
export function isRedirect({ status, type }: Response): boolean {
  return type === 'opaqueredirect' || isRedirectStatus(status);
}

const longestRead = 65_536;

/** Reads a short body to its end, so that its connection can be used again; a long one ends with its connection. */
async function drain(body: Response['body']): Promise<void> {
  let size = 0;
  try {
    // Leaving the loop cancels the stream.
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > longestRead) return;
    }
  } catch {
    // It is not read for its own sake.
  }
}

/** The answer of `fetch`. */
export function answerOf(response: Response): Answer<Response> {
  return {
    status: response.status,
    isRedirect: isRedirect(response),
    header: (name) => response.headers.get(name) ?? undefined,
    discard: () => drain(response.body),
    value: response,
  };
}
