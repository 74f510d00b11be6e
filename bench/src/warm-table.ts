/** A thousand known tokens in turn, beside a hit in a bare Map that is keyed by the token. */
import type { Effort } from './effort.ts';
import { ratio, startTable } from './markdown-table.ts';
import type { PairedFigure } from './paired-slices.ts';
import { algorithms, createTokenSet, createTokenSigner, type Algorithm } from './token-set.ts';
import { warmRows, type WarmRow } from './verifier-rows.ts';
import { askOnce } from './worker-process.ts';

/** One line of the table. */
export interface WarmLine {
  readonly algorithm: Algorithm;
  readonly row: WarmRow;
  /** As a request pays: the text of the header is made, and the token looked up. */
  readonly withHeader: PairedFigure;
  /** The look-up alone. */
  readonly alone: PairedFigure;
}

const knownTokens = 1_000;

/** Measures and prints. */
export async function warmTable({ pairs }: Effort): Promise<readonly WarmLine[]> {
  const table = startTable('1,000 known tokens in turn (1.00 = a hit in a bare Map<token>)', [
    'algorithm',
    'row',
    '#of the Map, header read included',
    'quartiles',
    '#CPU µs (Map)',
    '#of the Map, look-up alone',
    '#CPU µs (Map)',
  ]);
  const lines: WarmLine[] = [];
  for (const algorithm of algorithms) {
    for (const row of Object.keys(warmRows) as WarmRow[]) {
      const set = createTokenSet(createTokenSigner(algorithm), knownTokens);
      const measure = (withHeader: boolean): Promise<PairedFigure> =>
        askOnce({ job: 'warm', row, set, options: { pairs, sliceMilliseconds: 20, withHeader } });
      const line: WarmLine = { algorithm, row, withHeader: await measure(true), alone: await measure(false) };
      lines.push(line);
      const cost = (figure: PairedFigure): string =>
        `${figure.microseconds.toFixed(2)} (${figure.limitMicroseconds[0]?.toFixed(2)})`;
      table.row(
        algorithm,
        row,
        ratio(line.withHeader.ratios[0]),
        line.withHeader.quartiles.map(ratio).join('–'),
        cost(line.withHeader),
        ratio(line.alone.ratios[0]),
        cost(line.alone),
      );
    }
  }
  return lines;
}
