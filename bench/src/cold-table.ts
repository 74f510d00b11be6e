/** Tokens that nobody has seen: RS256, ES256, EdDSA. */
import { createBadTokens } from './bad-tokens.ts';
import { ratio, startTable } from './markdown-table.ts';
import type { Effort } from './effort.ts';
import { algorithms, createTokenSet, createTokenSigner, type Algorithm } from './token-set.ts';
import { coldRows, isMeasured, type ColdRow } from './verifier-rows.ts';
import type { ColdFigure } from './verification-job.ts';
import { askOnce } from './worker-process.ts';

/** One line of the table. */
export interface ColdLine extends ColdFigure {
  readonly algorithm: Algorithm;
  readonly row: ColdRow;
}

// More than any cache of a row holds.
const tokenCount = 4_000;

/** Measures and prints. */
export async function coldTable({ pairs }: Effort): Promise<readonly ColdLine[]> {
  const columns = ['algorithm', 'row', '#of bare verify', 'quartiles', '#of verify + JSON + claims'];
  const table = startTable('Unseen tokens (1.00 = the limit)', [
    ...columns,
    '#of sha256 + Map around it',
    '#CPU µs',
    '#bad tokens accepted',
  ]);
  const lines: ColdLine[] = [];
  for (const algorithm of algorithms) {
    const signer = createTokenSigner(algorithm);
    const set = createTokenSet(signer, tokenCount);
    const bad = createBadTokens(signer);
    for (const row of (Object.keys(coldRows) as ColdRow[]).filter((name) => isMeasured(name, { algorithm }))) {
      const options = { pairs, sliceMilliseconds: 40, withHeader: false };
      const figure = await askOnce<ColdFigure>({ job: 'cold', row, set, bad, options });
      lines.push({ algorithm, row, ...figure });
      const [bare, parsed, remembered] = figure.ratios;
      table.row(
        algorithm,
        row,
        ratio(bare),
        figure.quartiles.map(ratio).join('–'),
        ratio(parsed),
        ratio(remembered),
        figure.microseconds.toFixed(1),
        `${figure.accepted.length} of ${bad.length}`,
      );
    }
  }
  printAccepted(lines);
  return lines;
}

/** What each row accepts, by name. */
function printAccepted(lines: readonly ColdLine[]): void {
  const table = startTable('Bad tokens that were accepted (RS256)', ['row', 'accepted']);
  for (const { algorithm, row, accepted } of lines) {
    if (algorithm === 'RS256') table.row(row, accepted.length === 0 ? 'none' : accepted.join(' · '));
  }
}
