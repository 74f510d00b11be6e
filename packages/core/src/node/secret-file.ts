/**
 * A shared secret from a file, such as a mounted secret: read again when it is asked for, a few seconds apart, so that a
 * new one is taken over without a restart. Files that are swapped by a link or by renaming are read whole; while the file
 * cannot be read, the last good secret stays. White space around the secret, such as a line end, is taken off.
 */
import { readFileSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { FaultCollector } from '../errors/configuration-error.ts';
import { Secret } from '../errors/secret.ts';
import type { IssuedSecret, SecretSource } from '../token/secret-source.ts';
import { secretProblem } from '../token/kept-secret.ts';
import { readTogether } from './read-together.ts';

const refreshSeconds = 5;
const maximumBytes = 65_536;

/** What is there at start. What the file system says of a failure names the path only. */
function firstOf(path: string): IssuedSecret | string {
  try {
    const found = statSync(path);
    // What is no file, such as a pipe, may have no end.
    if (!found.isFile()) return 'is not a file';
    const { size, mtimeMs } = found;
    if (size > maximumBytes) return `is larger than ${maximumBytes} bytes`;
    const secret = new Secret(readFileSync(path, 'utf8').trim());
    return secretProblem(secret) ?? { secret, issuedAt: mtimeMs };
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    return `cannot be read (${typeof code === 'string' ? code : 'unknown'})`;
  }
}

/**
 * The secret in this file. It is as old as the file.
 * @throws {ConfigurationError} when it cannot be read now.
 */
export function secretFile(path: string): SecretSource {
  const faults = new FaultCollector('secretFile');
  const first = typeof path === 'string' && path !== '' ? firstOf(path) : 'is not a path';
  if (typeof first === 'string') {
    faults.add('CONFIG_INVALID', 'path', first, 'pass the path of a file that holds the secret and nothing else');
    faults.throwIfAny();
  }
  return Object.freeze<SecretSource>({
    first: first as IssuedSecret,
    refreshSeconds,
    read: async () => {
      const { mtimeMs } = await stat(path);
      const read = await readTogether([{ name: 'secret', path, maximumBytes }]);
      if (!read.ok) throw new TypeError(read.problem);
      return { secret: new Secret((read.texts[0] ?? '').trim()), issuedAt: mtimeMs };
    },
  });
}
