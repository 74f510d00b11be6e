/**
 * The workloads of the proofs, each a process of its own. SPIRE tells them apart by the path of their program, so each of
 * ours runs a copy of Node under its own name.
 */
import { copyFileSync, existsSync, linkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startAsked } from './asked-process.mjs';
import { binaries } from './binaries.mjs';
import { trustDomain } from './spire.mjs';

/**
 * @typedef {import('../bench.mjs').Bench & { readonly spire: import('./spire.mjs').Spire }} Given
 * @typedef {import('./asked-process.mjs').AskedProcess} AskedProcess
 */

/** Who there is. Nobody registers `late`, until a proof does. */
export const ids = {
  inventory: `spiffe://${trustDomain}/inventory`,
  orders: `spiffe://${trustDomain}/orders`,
  late: `spiffe://${trustDomain}/late`,
  peer: `spiffe://${trustDomain}/peer`,
};

const script = fileURLToPath(new URL('workload.mjs', import.meta.url));
/** @typedef {'inventory' | 'orders' | 'late'} Name of a program of ours */

/**
 * The program of one of our workloads.
 * @param {Given} given
 * @param {Name} name
 */
export function programOf({ scratch }, name) {
  const path = join(scratch, name);
  if (existsSync(path)) return path;
  const node = realpathSync(process.execPath);
  try {
    linkSync(node, path);
  } catch {
    // Another file system, or somebody else's file: a link cannot be had.
    copyFileSync(node, path);
  }
  return path;
}

/**
 * Makes the entries of all but `late`.
 * @param {Given} given
 */
export async function register(given) {
  for (const name of /** @type {const} */ (['inventory', 'orders'])) {
    await given.spire.createEntry({ id: ids[name], program: programOf(given, name) });
  }
  await given.spire.createEntry({ id: ids.peer, program: realpathSync(binaries.peer) });
}

/**
 * Starts one of ours.
 * @param {Given} given
 * @param {Name} name
 */
export const startWorkload = (given, name) => startAsked(programOf(given, name), [script, given.spire.endpoint]);

/** @param {Given} given */
export const startPeer = ({ spire }) => startAsked(binaries.peer, [spire.endpoint]);
