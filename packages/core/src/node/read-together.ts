/**
 * Reads files that belong together as they stood at one moment. Kubernetes and cert-manager swap a link to a folder
 * (`..data`) under them: each file is read where the links led at first, and counts only when they still lead there, and
 * to the same unchanged files, once all were read. A writer that overwrites files in place is caught by size and date,
 * as far as those tell; whoever replaces files by renaming has nothing to fear.
 */
import { realpath, stat } from 'node:fs/promises';
import { readKeyFile } from '../signature/read-key-file.ts';

/** A file to read. */
export interface FileToRead {
  /** What it is to the operator, e.g. `key`. */
  readonly name: string;
  readonly path: string;
  readonly maximumBytes?: number;
}

/** The texts in the order of the files, or why there are none. The problem is ours and quotes nothing from a file. */
export type ReadTogether =
  | { readonly ok: true; readonly texts: readonly string[] }
  | { readonly ok: false; readonly problem: string };

const attempts = 3;

/** Where a file is now, and which state of it. */
interface Place {
  readonly path: string;
  readonly state: string;
}

/** Finds it, or answers the problem. */
async function placeOf({ name, path }: FileToRead): Promise<Place | string> {
  try {
    const real = await realpath(path);
    const { dev, ino, size, mtimeNs } = await stat(real, { bigint: true });
    return { path: real, state: `${real} ${dev} ${ino} ${size} ${mtimeNs}` };
  } catch (error) {
    const code = (error as { readonly code?: unknown } | undefined)?.code;
    return `the ${name} file cannot be read (${typeof code === 'string' ? code : 'unknown'})`;
  }
}

async function readOnce(files: readonly FileToRead[]): Promise<ReadTogether> {
  const places: Place[] = [];
  for (const file of files) {
    const place = await placeOf(file);
    if (typeof place === 'string') return { ok: false, problem: place };
    places.push(place);
  }
  const texts: string[] = [];
  for (const [index, { name, maximumBytes }] of files.entries()) {
    const read = await readKeyFile(places[index]?.path ?? '', maximumBytes);
    if (!read.ok) return { ok: false, problem: `the ${name} file ${read.problem}` };
    texts.push(read.text);
  }
  for (const [index, file] of files.entries()) {
    const place = await placeOf(file);
    if (typeof place === 'string' || place.state !== places[index]?.state) {
      return { ok: false, problem: 'the files are being replaced' };
    }
  }
  return { ok: true, texts };
}

/** Reads. Tries again at once, because files that are replaced meanwhile are whole a moment later. Never rejects. */
export async function readTogether(files: readonly FileToRead[]): Promise<ReadTogether> {
  let read = await readOnce(files);
  for (let attempt = 1; attempt < attempts && !read.ok; attempt += 1) read = await readOnce(files);
  return read;
}
