/** Memory of remembered tokens, and floods of badly signed ones: what they cost and what they leave behind. */
import type { Effort } from './effort.ts';
import { ratio, startTable } from './markdown-table.ts';
import { memoryRows, type MemoryFigure, type MemoryRow } from './memory-job.ts';
import type { PairedFigure } from './paired-slices.ts';
import { algorithms, createTokenSet, createTokenSigner, withWrongSignatures, type Algorithm } from './token-set.ts';
import { coldRows, isMeasured, type ColdRow } from './verifier-rows.ts';
import { askOnce } from './worker-process.ts';

/** One line of the table of memory. */
export interface MemoryLine extends MemoryFigure {
  readonly row: MemoryRow;
}

/** One line of the table of floods. */
export interface FloodLine extends PairedFigure {
  readonly algorithm: Algorithm;
  readonly row: ColdRow;
}

const mebibyte = 2 ** 20;
const floodTokens = 4_000;
const floodRows = Object.keys(coldRows).filter((name) => !name.startsWith('limit')) as ColdRow[];

async function memory({ rememberedTokens }: Effort): Promise<readonly MemoryLine[]> {
  const count = rememberedTokens.toLocaleString('en');
  const table = startTable(`Memory of ${count} remembered tokens (ES256)`, [
    'row',
    '#bytes per token',
    '#MiB in all',
    `#MiB after ${count} badly signed tokens more`,
  ]);
  const lines: MemoryLine[] = [];
  for (const row of Object.keys(memoryRows) as MemoryRow[]) {
    const figure = await askOnce<MemoryFigure>({ job: 'memory', row, tokens: rememberedTokens });
    lines.push({ row, ...figure });
    table.row(
      row,
      figure.bytesPerToken.toFixed(0),
      ((figure.bytesPerToken * rememberedTokens) / mebibyte).toFixed(1),
      (figure.bytesAfterFlood / mebibyte).toFixed(1),
    );
  }
  return lines;
}

async function flood({ pairs }: Effort): Promise<readonly FloodLine[]> {
  const table = startTable('Badly signed tokens (1.00 = a bare verification that fails; CPU)', [
    'algorithm',
    'row',
    '#times the limit',
    '#CPU µs (limit)',
  ]);
  const lines: FloodLine[] = [];
  for (const algorithm of algorithms) {
    const set = withWrongSignatures(createTokenSet(createTokenSigner(algorithm), floodTokens));
    for (const row of floodRows.filter((name) => isMeasured(name, { algorithm }))) {
      const options = { pairs, sliceMilliseconds: 40, withHeader: false };
      const figure = await askOnce<PairedFigure>({ job: 'flood', row, set, options });
      lines.push({ algorithm, row, ...figure });
      const [limit] = figure.limitMicroseconds;
      table.row(
        algorithm,
        row,
        ratio(1 / (figure.ratios[0] ?? Number.NaN)),
        `${figure.microseconds.toFixed(1)} (${limit?.toFixed(1)})`,
      );
    }
  }
  return lines;
}

/** Measures and prints. */
export async function memoryTables(effort: Effort): Promise<object> {
  return { memory: await memory(effort), flood: await flood(effort) };
}
