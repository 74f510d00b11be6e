/** Outgoing calls: how often the issuer is asked, what a credential at hand costs, and what a proof costs. */
import type { Effort } from '../effort.ts';
import { ratio, startTable } from '../markdown-table.ts';
import type { PairedFigure } from '../paired-slices.ts';
import { algorithms } from '../token-set.ts';
import { askOnce } from '../worker-process.ts';
import { cachedCredentials, type CachedRow } from './cached-credentials.ts';
import type { TokenStorm } from './outbound-job.ts';
import { tokenClients, type TokenClientRow } from './token-clients.ts';

async function stormTable(): Promise<object> {
  const table = startTable('Token requests', [
    'row',
    '#500 calls at once',
    '#500 more in turn',
    'one call with the issuer down',
  ]);
  const lines: Record<string, TokenStorm> = {};
  for (const row of Object.keys(tokenClients) as TokenClientRow[]) {
    const figure = await askOnce<TokenStorm>({ job: 'token-storm', row });
    lines[row] = figure;
    table.row(row, String(figure.atOnce), String(figure.oneByOne), figure.issuerDown);
  }
  return lines;
}

/** How often the limit fits into the row: 2.00 is twice as dear. */
function times(value: number | undefined): string {
  return ratio(value === undefined ? undefined : 1 / value);
}

function nanoseconds(microseconds: number | undefined): string {
  return ((microseconds ?? Number.NaN) * 1000).toFixed(0);
}

async function cachedTable(pairs: number): Promise<object> {
  const table = startTable('A credential at hand (times of the limit)', [
    'row',
    '#a Map hit',
    'quartiles',
    '#a Map hit and the clock',
    '#a Map hit by the header of the subject',
    '#CPU ns (limits)',
  ]);
  const lines: Record<string, PairedFigure> = {};
  for (const row of Object.keys(cachedCredentials) as CachedRow[]) {
    const figure = await askOnce<PairedFigure>({ job: 'cached-credential', row, pairs });
    lines[row] = figure;
    const [low, high] = figure.quartiles;
    table.row(
      row,
      times(figure.ratios[0]),
      `${times(high)}–${times(low)}`,
      times(figure.ratios[1]),
      times(figure.ratios[2]),
      `${nanoseconds(figure.microseconds)} (${figure.limitMicroseconds.map(nanoseconds).join('; ')})`,
    );
  }
  return lines;
}

async function proofTable(pairs: number): Promise<object> {
  const table = startTable('A DPoP proof for one request (1.00 = the limit)', [
    'algorithm',
    '#of bare sign',
    'quartiles',
    '#of sign + hash of the token + JSON',
    '#CPU µs (bare sign)',
  ]);
  const lines: Record<string, PairedFigure> = {};
  for (const algorithm of algorithms) {
    const figure = await askOnce<PairedFigure>({ job: 'dpop-proof', algorithm, pairs });
    lines[algorithm] = figure;
    table.row(
      algorithm,
      ratio(figure.ratios[0]),
      figure.quartiles.map(ratio).join('–'),
      ratio(figure.ratios[1]),
      `${figure.microseconds.toFixed(1)} (${figure.limitMicroseconds[0]?.toFixed(1)})`,
    );
  }
  return lines;
}

/** Measures and prints. */
export async function outboundTables({ pairs }: Effort): Promise<object> {
  return { storm: await stormTable(), cached: await cachedTable(pairs), proof: await proofTable(pairs) };
}
