/**
 * `npm run bench`: prints the tables as Markdown and writes the figures to bench/results/latest.json.
 * `npm run bench -- cold|warm|requests|dpop|mtls|keys|memory|outbound` runs one table, or several; `--quick` only shows that they run.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { coldTable } from './cold-table.ts';
import { dpopTable } from './dpop/dpop-table.ts';
import { effortOf, type Effort } from './effort.ts';
import { keyTable } from './key-table.ts';
import { memoryTables } from './memory-table.ts';
import { mtlsTable } from './mtls/mtls-table.ts';
import { outboundTables } from './outbound/outbound-table.ts';
import { requestTable } from './request-table.ts';
import { warmTable } from './warm-table.ts';

const tables: Readonly<Record<string, (effort: Effort) => Promise<object>>> = {
  cold: coldTable,
  warm: warmTable,
  requests: requestTable,
  dpop: dpopTable,
  mtls: mtlsTable,
  keys: keyTable,
  memory: memoryTables,
  outbound: outboundTables,
};

const results = fileURLToPath(new URL('../results/', import.meta.url));

function earlierFigures(): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(`${results}latest.json`, 'utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function conditions(): string {
  const processor = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`;
  const load = loadavg().map((value) => value.toFixed(1));
  return `Node ${process.version}, OpenSSL ${process.versions.openssl}, ${processor}, load ${load.join(' ')}`;
}

const args = process.argv.slice(2);
const wanted = args.filter((name) => !name.startsWith('--'));
const unknown = wanted.filter((name) => tables[name] === undefined);
if (unknown.length > 0) {
  console.error(
    `There is no table ${unknown.join(', ')}: write ${Object.keys(tables).join(', ')}, or nothing for all.`,
  );
  process.exit(1);
}
const figures = earlierFigures();
for (const [name, measure] of Object.entries(tables)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const before = conditions();
  console.log(`\n${before}`);
  figures[name] = { conditions: before, figures: await measure(effortOf(args)) };
  if (args.includes('--quick')) continue;
  mkdirSync(results, { recursive: true });
  writeFileSync(`${results}latest.json`, `${JSON.stringify(figures, null, 2)}\n`);
}
