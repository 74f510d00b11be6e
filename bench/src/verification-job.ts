/** What a worker process does for the tables of tokens: one row, beside its limits, and how many bad tokens it takes. */
import type { BadToken } from './bad-tokens.ts';
import { bareVerify, publicKeyOf, rememberingByDigest, verifyAndParse, type Verify } from './limits.ts';
import { measurePaired, type PairedFigure, type SliceOptions } from './paired-slices.ts';
import type { TokenSet } from './token-set.ts';
import { coldRows, unseenEntries, warmLimit, warmRows, type ColdRow, type WarmRow } from './verifier-rows.ts';

/** A row of unseen tokens. */
export interface ColdJob {
  readonly job: 'cold';
  readonly row: ColdRow;
  readonly set: TokenSet;
  readonly bad: readonly BadToken[];
  readonly options: SliceOptions;
}

/** A row of known tokens. */
export interface WarmJob {
  readonly job: 'warm';
  readonly row: WarmRow;
  readonly set: TokenSet;
  readonly options: SliceOptions;
}

/** A row of badly signed tokens. */
export interface FloodJob {
  readonly job: 'flood';
  readonly row: ColdRow;
  readonly set: TokenSet;
  readonly options: SliceOptions;
}

/** A figure, and the bad tokens that the row accepted. */
export interface ColdFigure extends PairedFigure {
  readonly accepted: readonly string[];
}

async function acceptedBy(verify: Verify, bad: readonly BadToken[]): Promise<readonly string[]> {
  const accepted: string[] = [];
  for (const { name, token } of bad) {
    try {
      await verify(token);
      accepted.push(name);
    } catch {
      // Refused, as it should be.
    }
  }
  return accepted;
}

/** The bare signature, and the same with the parsing and the checks that nobody can leave out. */
function limitsOf(set: TokenSet): readonly Verify[] {
  return [bareVerify(publicKeyOf(set), set.algorithm), verifyAndParse(set), rememberingByDigest(set, unseenEntries)];
}

/** Measures unseen tokens. */
export async function measureCold({ row, set, bad, options }: ColdJob): Promise<ColdFigure> {
  const accepted = await acceptedBy(await coldRows[row](set), bad);
  const verify = await coldRows[row](set);
  return { ...(await measurePaired(limitsOf(set), verify, { tokens: set.tokens, options })), accepted };
}

/** Measures known tokens: each is verified once before. */
export async function measureWarm({ row, set, options }: WarmJob): Promise<PairedFigure> {
  const verify = await warmRows[row](set);
  for (const token of set.tokens) await verify(token);
  return measurePaired([await warmLimit(set)], verify, { tokens: set.tokens, options });
}

/** Measures tokens whose signature is wrong, beside a bare verification that fails. */
export async function measureFlood({ row, set, options }: FloodJob): Promise<PairedFigure> {
  const verify = await coldRows[row](set);
  const bare = bareVerify(publicKeyOf(set), set.algorithm);
  const refused: Verify = (token) => {
    try {
      const result = verify(token);
      if (!(result instanceof Promise)) throw new TypeError('a badly signed token was accepted');
      return result.then(
        () => Promise.reject(new TypeError('a badly signed token was accepted')),
        () => undefined,
      );
    } catch (error) {
      if (error instanceof TypeError && error.message.startsWith('a badly')) throw error;
      return undefined;
    }
  };
  return measurePaired([bare], refused, { tokens: set.tokens, options });
}
