/**
 * The keys of a key ring in a directory, one private JWK in each `.json` file, read again every few seconds. They count
 * together or not at all: read from one version of the directory, every file a key, no `kid` twice. Until then the last
 * good ones stay, also when the directory is empty, because a volume that is gone must not end all signing.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FaultCollector } from '../errors/configuration-error.ts';
import { isLogger, noticesTo, silentLogger, type Logger } from '../runtime/logger.ts';
import type { NoticeSink } from '../runtime/notice.ts';
import { maximumKeys } from '../signature/key-set.ts';
import { readRingKey } from '../signature/read-ring-key.ts';
import type { RingKey } from '../signature/ring-key.ts';
import type { RingKeySource } from '../signature/ring-key-source.ts';
import { readTogether, type ReadTogether } from './read-together.ts';
import { repeatReading } from './repeated-reading.ts';

/** Options of `signingKeyFiles`. */
export interface SigningKeyFilesOptions {
  /** Path of the directory. Other files in it, and hidden ones, are left alone. */
  readonly directory: string;
  /** Takes notices. Default: silent. */
  readonly logger?: Logger;
}

const longestFileBytes = 16_384;

/**
 * Makes the source, which begins to read at once.
 * @throws {ConfigurationError} with every fault of the options. What is wrong with the files rejects `ready()`.
 */
export function signingKeyFiles(options: SigningKeyFilesOptions): Required<RingKeySource> {
  const faults = new FaultCollector('signingKeyFiles');
  const { directory, logger = silentLogger } = options ?? {};
  faults.onlyKnown(options ?? {}, ['directory', 'logger']);
  if (typeof directory !== 'string' || directory === '') {
    faults.add('CONFIG_MISSING', 'directory', 'is not a path', 'write e.g. "/run/signing-keys"');
  }
  if (!isLogger(logger)) {
    faults.add(
      'CONFIG_INVALID',
      'logger',
      'is not a logger',
      'pass pino(), or { info, warn, error } like those of pino',
    );
  }
  faults.throwIfAny();
  return keysIn(directory, noticesTo(logger));
}

function keysIn(directory: string, notify: NoticeSink): Required<RingKeySource> {
  let keys: readonly RingKey[] = Object.freeze([]);
  let texts: readonly string[] = [];
  let problem: string | undefined = 'the files were not read yet';
  let told: string | undefined;

  const takeOver = (read: Extract<ReadTogether, { ok: true }>, names: readonly string[]): string | undefined => {
    if (read.texts.length === texts.length && read.texts.every((text, index) => text === texts[index]))
      return undefined;
    const found = keysOf(read.texts, names);
    if (typeof found === 'string') return found;
    keys = Object.freeze(found);
    texts = read.texts;
    return undefined;
  };

  const reading = repeatReading(async () => {
    const names = await namesIn(directory);
    if (typeof names === 'string') problem = names;
    else {
      const files = names.map((name) => ({ name, path: join(directory, name), maximumBytes: longestFileBytes }));
      const read = await readTogether(files);
      const after = await namesIn(directory);
      if (!read.ok) problem = read.problem;
      else if (String(after) === String(names)) problem = takeOver(read, names);
      else problem = 'the files are being replaced';
    }
    // Once for each problem, not every few seconds while it lasts.
    if (problem !== undefined && problem !== told) {
      const message = 'Signing keys could not be taken over from their files.';
      notify({ code: 'SIGNING_KEYS_RELOAD_FAILED', level: 'error', message, facts: { directory, problem } });
    }
    told = problem;
  });

  return Object.freeze<Required<RingKeySource>>({
    list: () => keys,
    ready: async () => {
      await reading.now();
      if (keys.length === 0) throw new Error(`There are no signing keys: ${problem ?? 'the directory is empty'}.`);
    },
    close: reading.close,
  });
}

/** The files with keys, or why there are none. */
async function namesIn(directory: string): Promise<readonly string[] | string> {
  try {
    const all = await readdir(directory);
    const names = all.filter((name) => name.endsWith('.json') && !name.startsWith('.')).toSorted();
    if (names.length === 0) return 'the directory has no .json file';
    return names.length > maximumKeys ? `the directory has more than ${maximumKeys} keys` : names;
  } catch (error) {
    const code = (error as { readonly code?: unknown } | undefined)?.code;
    return `the directory cannot be read (${typeof code === 'string' ? code : 'unknown'})`;
  }
}

/** The keys, or what is wrong with the first bad one. */
function keysOf(texts: readonly string[], names: readonly string[]): RingKey[] | string {
  const keys: RingKey[] = [];
  for (const [index, text] of texts.entries()) {
    const name = names[index] ?? '';
    const key = readRingKey(text);
    if (typeof key === 'string') return `the file ${name} ${key}`;
    if (keys.some((other) => other.key.keyId === key.key.keyId)) return `the file ${name} has the kid of another file`;
    // To revoke it under one id would leave it good under the other.
    if (keys.some(({ key: other }) => other.keyObject.equals(key.key.keyObject))) {
      return `the file ${name} has the key of another file`;
    }
    keys.push(key);
  }
  return keys;
}
