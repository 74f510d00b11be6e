/**
 * What a request on an open connection with mutual TLS pays for knowing its caller: the identity is established with the
 * first request, and dates and revocation are looked at again with each later one. Beside it what Node's own ways of
 * reading the certificate cost, which judge nothing.
 */
import {
  clientCertificate,
  createMemoryRevocationStore,
  peerCertificateOf,
  type BoundAuthenticator,
  type PeerCertificate,
  type RequestFacts,
} from '@countersign/core';
import type { Effort } from '../effort.ts';
import { startTable } from '../markdown-table.ts';
import { benchRuntime } from '../our-verifier.ts';
import { median, quartiles } from '../statistics.ts';
import { openMtlsPair, type MtlsPair } from './mtls-pair.ts';

/** One line of the table. */
export interface MtlsLine {
  readonly row: string;
  readonly microseconds: number;
  readonly quartiles: readonly [number, number];
}

const sliceMicroseconds = 20_000;
const warmUpSlices = 10;
const batch = 50;

const facts: RequestFacts = { transport: 'http', method: 'GET', target: '/', header: () => [], requestId: 'bench' };

function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function slice(judge: () => unknown): number {
  let spent = 0;
  let done = 0;
  while (spent < sliceMicroseconds) {
    const before = cpuMicroseconds();
    for (let left = batch; left > 0; left -= 1) judge();
    spent += cpuMicroseconds() - before;
    done += batch;
  }
  return spent / done;
}

/** Judges a certificate. Refusals would be no measure of anything. */
function judgeBy(authenticator: BoundAuthenticator): (peer: PeerCertificate | undefined) => unknown {
  return (peer) => {
    if (peer === undefined) throw new Error('the connection has no certificate');
    const judged = authenticator.authenticate({ kind: 'client-certificate', peer }, facts);
    if (judged instanceof Promise || !judged.ok) throw new Error('the caller was not accepted at once');
    return judged.value;
  };
}

function otherRevocations() {
  const store = createMemoryRevocationStore();
  for (let index = 0; index < 1_000; index += 1) {
    store.revoke(
      { kind: 'workload', issuer: 'spiffe://bench.internal', value: `spiffe://bench.internal/${index}` },
      3_600_000,
    );
  }
  return store;
}

function rowsOf({ socket, bundle }: MtlsPair): Readonly<Record<string, () => unknown>> {
  const plain = judgeBy(clientCertificate({ trustBundle: bundle }).bind(benchRuntime()));
  const revocable = judgeBy(
    clientCertificate({ trustBundle: bundle, revocation: otherRevocations() }).bind(benchRuntime()),
  );
  // Node shows the intermediates once, so the first look at the connection must be ours.
  const peer = peerCertificateOf(socket);
  const kept = new WeakMap<object, string>([[socket, 'spiffe://bench.internal/orders']]);
  return {
    'limit: a WeakMap by socket': () => kept.get(socket),
    'countersign, later request': () => plain(peerCertificateOf(socket)),
    'countersign, later request, with a revocation store': () => revocable(peerCertificateOf(socket)),
    'countersign, first request: profile and path': () => plain(peer && { ...peer }),
    'getPeerX509Certificate() + names + fingerprint': () => {
      const certificate = socket.getPeerX509Certificate();
      return `${certificate?.subjectAltName} ${certificate?.fingerprint256}`;
    },
    'getPeerCertificate()': () => socket.getPeerCertificate(),
    'getPeerCertificate(true)': () => socket.getPeerCertificate(true),
  };
}

/** Measures and prints. All rows take turns, slice by slice. */
export async function mtlsTable({ pairs }: Effort): Promise<readonly MtlsLine[]> {
  const pair = await openMtlsPair();
  const rows = rowsOf(pair);
  const costs = new Map(Object.keys(rows).map((row) => [row, [] as number[]]));
  for (let round = -warmUpSlices; round < pairs; round += 1) {
    for (const [row, judge] of Object.entries(rows)) {
      const cost = slice(judge);
      if (round >= 0) costs.get(row)?.push(cost);
    }
  }
  pair.close();
  const table = startTable('mTLS: the caller of a request on an open connection', ['row', '#CPU µs', 'quartiles']);
  const lines = [...costs].map(([row, cost]) => ({ row, microseconds: median(cost), quartiles: quartiles(cost) }));
  for (const { row, microseconds, quartiles: between } of lines) {
    table.row(row, microseconds.toFixed(2), between.map((value) => value.toFixed(2)).join('–'));
  }
  return lines;
}
