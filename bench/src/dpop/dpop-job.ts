/** What a worker process does for the table of DPoP: one row, beside its limits. */
import { measurePaired, type PairedFigure, type SliceOptions } from '../paired-slices.ts';
import { bareProofVerify, dpopRows, proofVerifyAndParse, type DpopRow } from './dpop-rows.ts';
import type { DpopSet } from './dpop-set.ts';

/** A row of requests with DPoP. */
export interface DpopJob {
  readonly job: 'dpop';
  readonly row: DpopRow;
  readonly set: DpopSet;
  readonly options: SliceOptions;
}

/** Measures. A proof with another one's signature must be refused first: a row that lets it in is no row. */
export async function measureDpop({ row, set, options }: DpopJob): Promise<PairedFigure> {
  const texts = set.requests.map(({ token, proof }) => `${token} ${proof}`);
  const [first = '', second = ''] = texts;
  const strange = first.slice(0, first.lastIndexOf('.')) + second.slice(second.lastIndexOf('.'));
  const makeVerify = dpopRows[row];
  const isRefused = await (async () => (await makeVerify(set))(strange))().then(
    () => false,
    () => true,
  );
  if (!isRefused) throw new Error(`${row}: a strange signature was accepted`);
  const limits = [bareProofVerify(set), proofVerifyAndParse(set)];
  return measurePaired(limits, await makeVerify(set), { tokens: texts, options });
}
