/** Requests with DPoP: a token that is known, and a proof that nobody has seen. */
import type { Effort } from '../effort.ts';
import { ratio, startTable } from '../markdown-table.ts';
import type { PairedFigure } from '../paired-slices.ts';
import { algorithms, type Algorithm } from '../token-set.ts';
import { askOnce } from '../worker-process.ts';
import { dpopRows, type DpopRow } from './dpop-rows.ts';
import { createDpopSet } from './dpop-set.ts';

/** One line of the table. */
export interface DpopLine extends PairedFigure {
  readonly algorithm: Algorithm;
  readonly clients: number;
  readonly row: DpopRow;
}

const requestCount = 4_000;
/** The keys of the first are remembered. Of the second are more than are remembered, so that none is ever found. */
const clientCounts = [50, requestCount];

function isMeasured(algorithm: Algorithm, clients: number): boolean {
  // Thousands of RSA keys take minutes to make.
  return clients < requestCount || algorithm !== 'RS256';
}

/** Measures and prints. */
export async function dpopTable({ pairs }: Effort): Promise<readonly DpopLine[]> {
  const table = startTable('DPoP: known tokens, unseen proofs (1.00 = the limit)', [
    'algorithm of the proof',
    '#clients',
    'row',
    '#of bare verify',
    'quartiles',
    '#of verify + JSON of the proof',
    '#CPU µs',
  ]);
  const lines: DpopLine[] = [];
  for (const algorithm of algorithms) {
    for (const clients of clientCounts.filter((count) => isMeasured(algorithm, count))) {
      for (const row of Object.keys(dpopRows) as DpopRow[]) {
        // New for each row: proofs age.
        const set = createDpopSet(algorithm, clients, requestCount);
        const options = { pairs, sliceMilliseconds: 40, withHeader: false };
        const figure = await askOnce<PairedFigure>({ job: 'dpop', row, set, options });
        lines.push({ algorithm, clients, row, ...figure });
        const [bare, parsed] = figure.ratios;
        table.row(
          algorithm,
          String(clients),
          row,
          ratio(bare),
          figure.quartiles.map(ratio).join('–'),
          ratio(parsed),
          figure.microseconds.toFixed(1),
        );
      }
    }
  }
  return lines;
}
