/** What remembered tokens weigh, and whether badly signed ones leave anything behind. Needs `--expose-gc`. */
import type { Verify } from './limits.ts';
import { ourVerifier } from './our-verifier.ts';
import { fastJwt } from './peer-verifiers.ts';
import { verifyAndParse } from './limits.ts';
import { createTokenSigner, type TokenSet } from './token-set.ts';

/** Remembers so many tokens. */
type MakeMemory = (set: TokenSet, entries: number) => Verify | Promise<Verify>;

function bareMemory(set: TokenSet): Verify {
  const verify = verifyAndParse(set);
  const known = new Map<string, unknown>();
  return (token) => known.set(token, verify(token));
}

const gibibyte = 2 ** 30;

/** The rows. */
export const memoryRows = {
  'Map<token> of the claims': bareMemory,
  countersign: (set, entries) =>
    ourVerifier(set, { cache: { maximumEntries: 2 * entries, maximumBytes: 2 * gibibyte } }),
  'fast-jwt, cache on': (set, entries) => fastJwt(set, { cache: entries }),
  'fast-jwt, cache on, token as key': (set, entries) =>
    fastJwt(set, { cache: entries, cacheKeyBuilder: (token) => token }),
} as const satisfies Record<string, MakeMemory>;

export type MemoryRow = keyof typeof memoryRows;

/** One row. */
export interface MemoryJob {
  readonly job: 'memory';
  readonly row: MemoryRow;
  readonly tokens: number;
}

/** What was seen, in bytes. */
export interface MemoryFigure {
  /** Added by each remembered token. */
  readonly bytesPerToken: number;
  /** Added by as many badly signed tokens, in all, once the caches are warm. */
  readonly bytesAfterFlood: number;
}

function bytesInUse(): number {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('run with --expose-gc');
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A text as the HTTP parser makes it, of which the token is a part. */
function asFromHeader(token: string): string {
  const bytes = Buffer.from(`Bearer ${token}`, 'latin1');
  return bytes.toString('latin1').slice('Bearer '.length);
}

async function isRefused(verify: Verify, token: string): Promise<boolean> {
  try {
    await verify(token);
    return false;
  } catch {
    return true;
  }
}

/** Measures one row. */
export async function measureMemory({ row, tokens }: MemoryJob): Promise<MemoryFigure> {
  const signer = createTokenSigner('ES256');
  const set: TokenSet = { algorithm: 'ES256', tokens: [], jwk: signer.jwk };
  const verify = await memoryRows[row](set, 2 * tokens);
  for (let index = 0; index < 500; index += 1) await verify(asFromHeader(signer.token(-index)));
  const before = bytesInUse();
  for (let index = 1; index <= tokens; index += 1) await verify(asFromHeader(signer.token(index)));
  const remembered = bytesInUse();
  const good = signer.token(0);
  const foreign = good.slice(good.lastIndexOf('.'));
  for (let index = 1; index <= tokens; index += 1) {
    const other = signer.token(tokens + index);
    const bad = asFromHeader(other.slice(0, other.lastIndexOf('.')) + foreign);
    if (!(await isRefused(verify, bad))) throw new Error('a badly signed token was accepted');
  }
  const flooded = bytesInUse();
  // What is asked once more is not collected before.
  if (await isRefused(verify, good)) throw new Error('a good token was refused');
  return { bytesPerToken: (remembered - before) / tokens, bytesAfterFlood: flooded - remembered };
}
