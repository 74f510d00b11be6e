/** Reads what is to be inspected: from a file or from standard input, bounded, and never from the command line. */
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { CommandContext } from '../commands/command.ts';
import { refuseTokenInArgument } from '../token-in-argument.ts';
import { UsageError } from '../usage-error.ts';

/** Largest input, in bytes. */
const maximumBytes = 1_048_576;

function tooLarge(): UsageError {
  return new UsageError('the input is larger than 1 MiB', 'pass one token, one certificate chain or one JWKS');
}

async function readStream(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const buffer = Buffer.from(chunk as Uint8Array | string);
    bytes += buffer.length;
    if (bytes > maximumBytes) throw tooLarge();
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Reads a file. `what` names it in errors.
 * @throws {UsageError} when it cannot be read.
 */
export async function readTextFile(path: string, what: string, context: CommandContext): Promise<string> {
  try {
    const file = await open(resolve(context.directory, path));
    return await readStream(file.createReadStream());
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code = 'error' } = error as { readonly code?: string };
    throw new UsageError(`${what} cannot be read (${code})`, 'check the path');
  }
}

/**
 * Reads the input: a path, or standard input for `-` and for nothing.
 * @throws {UsageError} when it cannot be read, or is a token itself.
 */
export async function readInput(path: string | undefined, context: CommandContext): Promise<string> {
  if (path === undefined || path === '-') return readStream(context.stdin);
  refuseTokenInArgument(path);
  return readTextFile(path, 'the file', context);
}
