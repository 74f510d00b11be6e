/** `npm run bench`: prints the tables, and writes the figures to bench/results/latest.json. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { algorithms } from './token-set.ts';
import { verificationRows, type VerificationFigure } from './verification.ts';
import { startWorker } from './worker-process.ts';
import { frameworks } from './frameworks.ts';
import { measureRequests, type RequestFigure } from './whole-request.ts';

async function measureRow(
  algorithm: (typeof algorithms)[number],
  row: (typeof verificationRows)[number],
): Promise<VerificationFigure> {
  const worker = startWorker();
  try {
    return await worker.ask<VerificationFigure>({ job: 'verification', algorithm, row });
  } finally {
    worker.stop();
  }
}

const conditions = `Node ${process.version}, OpenSSL ${process.versions.openssl}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`;
console.log(`${conditions}\n\n## Verifying a token (1.00 = bare crypto.verify, the limit)\n`);
console.log('| algorithm | row | ratio | quartiles | µs per token | limit µs |\n|---|---|---:|---|---:|---:|');
const verification: VerificationFigure[] = [];
for (const algorithm of algorithms) {
  for (const row of verificationRows) {
    const figure = await measureRow(algorithm, row);
    verification.push(figure);
    const [low, high] = figure.quartiles;
    console.log(
      `| ${algorithm} | ${row} | ${figure.ratio.toFixed(2)} | ${low.toFixed(2)}–${high.toFixed(2)} | ${figure.microseconds.toFixed(1)} | ${figure.limitMicroseconds.toFixed(1)} |`,
    );
  }
}

console.log('\n## A whole request (CPU µs of the server process, ES256)\n');
console.log('| framework | unguarded | + bare Map guard | + Countersign |\n|---|---:|---:|---:|');
const requests: RequestFigure[] = [];
for (const framework of frameworks) {
  const figure = await measureRequests(framework, 'ES256');
  requests.push(figure);
  console.log(
    `| ${framework} | ${figure.baseline.toFixed(0)} | ${figure.map.toFixed(0)} | ${figure.countersign.toFixed(0)} |`,
  );
}

const results = fileURLToPath(new URL('../results/', import.meta.url));
mkdirSync(results, { recursive: true });
writeFileSync(`${results}latest.json`, `${JSON.stringify({ conditions, verification, requests }, null, 2)}\n`);
console.log('\nFigures written to bench/results/latest.json.');
