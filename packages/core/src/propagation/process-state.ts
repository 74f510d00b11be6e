/**
 * State that must exist once per process: the context of the current request, and the maps from a request to its
 * caller and from a caller to its token. It hangs on one registered symbol, so that two installed copies of core cannot each keep half of it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { coreVersion } from '../runtime/version.ts';

/** What is shared. The layers above give the maps their types. */
export interface ProcessState {
  readonly version: string;
  readonly context: AsyncLocalStorage<object>;
  readonly admissions: WeakMap<object, object>;
  readonly subjectTokens: WeakMap<object, object>;
}

const key = Symbol.for('@countersign/core/1');

/**
 * Joins the shared state of the process.
 * @throws {ConfigurationError} when another version of core created it.
 */
export function joinProcessState(holder: object, version: string): ProcessState {
  const found = (holder as Record<symbol, ProcessState | undefined>)[key];
  if (found === undefined) {
    const state: ProcessState = {
      version,
      context: new AsyncLocalStorage(),
      admissions: new WeakMap(),
      subjectTokens: new WeakMap(),
    };
    Object.defineProperty(holder, key, { value: Object.freeze(state) });
    return state;
  }
  if (found.version === version) return found;
  throw new ConfigurationError('The installation', [
    {
      code: 'CONFIG_CORE_DUPLICATED',
      option: '@countersign/core',
      problem: `two versions are loaded in one process: ${found.version} and ${version}`,
      fix: 'install one version: `npm ls @countersign/core` shows who asks for the other; then `npm dedupe`',
    },
  ]);
}

/** The state of this process. */
export const processState: ProcessState = joinProcessState(globalThis, coreVersion);
