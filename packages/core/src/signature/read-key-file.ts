/**
 * Reads a file with keys: a plain file, bounded, and as one piece. It answers a problem and never throws. The content is
 * read through one handle, so that a link that is swapped meanwhile (as Kubernetes does) gives the old or the new file.
 */
import { isUtf8 } from 'node:buffer';
import { constants, open } from 'node:fs/promises';

/** The text, or why there is none. The problem is ours and quotes nothing from the file. */
export type ReadFile = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string };

const usualMaximumBytes = 1_000_000;

function failed(problem: string): ReadFile {
  return { ok: false, problem };
}

/** Reads. */
export async function readKeyFile(path: string, maximumBytes: number = usualMaximumBytes): Promise<ReadFile> {
  try {
    // Without waiting: a pipe without writer must not hang the request.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return failed('is not a plain file');
      if (stat.size > maximumBytes) return failed(`is larger than ${maximumBytes} bytes`);
      const content = await file.readFile();
      if (content.length > maximumBytes) return failed(`is larger than ${maximumBytes} bytes`);
      return isUtf8(content) ? { ok: true, text: content.toString('utf8') } : failed('is not UTF-8');
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = (error as { readonly code?: unknown } | undefined)?.code;
    return failed(`cannot be read (${typeof code === 'string' ? code : 'unknown'})`);
  }
}
