/** For requests that a server may refuse below HTTP: by ending the stream or the connection instead of answering. */
import type { ConformanceWorld, WorldRequest } from './world.ts';

/** The status, or `cut` when the server ends the exchange before its answer can be read. */
export async function statusOrCut(world: ConformanceWorld, request: WorldRequest): Promise<number | 'cut'> {
  try {
    return (await world.send(request)).status;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ECONNRESET' || code === 'EPIPE') return 'cut';
    throw error;
  }
}
