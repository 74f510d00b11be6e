/** The keys of an issuer under pressure. */
import type { Effort } from './effort.ts';
import type { KeyFigure } from './keys/key-job.ts';
import { keyClients, type KeyRow } from './keys/key-clients.ts';
import { startTable } from './markdown-table.ts';
import { askOnce } from './worker-process.ts';

/** One line of the table. */
export interface KeyLine extends KeyFigure {
  readonly row: KeyRow;
}

/** Measures and prints. */
export async function keyTable({ floodMilliseconds }: Effort): Promise<readonly KeyLine[]> {
  const table = startTable(`Keys (flood of invented key ids: ${floodMilliseconds / 1000} s)`, [
    'row',
    '#JWKS requests, 500 cold at once',
    '#tokens in the flood',
    '#JWKS requests in it',
    '#new key accepted after s',
    '#known key p99 ms, quiet → flood',
    'issuer down, keys old',
  ]);
  const lines: KeyLine[] = [];
  for (const row of Object.keys(keyClients) as KeyRow[]) {
    const figure = await askOnce<KeyFigure>({ job: 'keys', row, floodMilliseconds });
    lines.push({ row, ...figure });
    const later = figure.issuerDownForLong === '' ? '' : `; after an hour: ${figure.issuerDownForLong}`;
    table.row(
      row,
      String(figure.requestsWhenCold),
      String(figure.attempts),
      String(figure.jwksRequests),
      figure.rotationSeconds === null ? 'never' : figure.rotationSeconds.toFixed(2),
      `${figure.quietMilliseconds.toFixed(2)} → ${figure.floodMilliseconds.toFixed(2)}`,
      figure.issuerDown + later,
    );
  }
  return lines;
}
