/** What a worker process does for the tables of outgoing calls: one row of one of them. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { dpopProver, Secret } from '@countersign/core';
import type { PairedFigure } from '../paired-slices.ts';
import { audience, createTokenSigner, type Algorithm } from '../token-set.ts';
import { cachedCredentials, type CachedRow } from './cached-credentials.ts';
import { measurePairedCalls } from './paired-calls.ts';
import { tokenClients, type TokenClientRow } from './token-clients.ts';
import { startTokenServer } from './token-server.ts';

/** One row. */
export type OutboundJob =
  | { readonly job: 'token-storm'; readonly row: TokenClientRow }
  | { readonly job: 'cached-credential'; readonly row: CachedRow; readonly pairs: number }
  | { readonly job: 'dpop-proof'; readonly algorithm: Algorithm; readonly pairs: number };

/** How often the issuer was asked. */
export interface TokenStorm {
  /** For 500 calls at once, without a token. */
  readonly atOnce: number;
  /** For 500 more, one after the other. */
  readonly oneByOne: number;
  /** One call while the issuer is down and the token good: `goes on`, or the error. */
  readonly issuerDown: string;
}

const calls = 500;

async function measureStorm(row: TokenClientRow): Promise<TokenStorm> {
  const server = await startTokenServer();
  const call = await tokenClients[row](server.origin);
  await Promise.all(Array.from({ length: calls }, call));
  const atOnce = server.count();
  for (let done = 0; done < calls; done += 1) await call();
  const oneByOne = server.count() - atOnce;
  await server.close();
  const issuerDown = await call().then(
    () => 'goes on',
    (error: unknown) => `fails: ${(error as Error).message.replace(/127\.0\.0\.1:\d+/, '127.0.0.1').slice(0, 60)}`,
  );
  return { atOnce, oneByOne, issuerDown };
}

async function measureCached(row: CachedRow, pairs: number): Promise<PairedFigure> {
  const server = await startTokenServer();
  const { limits, row: call } = await cachedCredentials[row](server.origin);
  await server.close();
  return measurePairedCalls(limits, call, { pairs, batch: 2_000 });
}

/** A proof beside a bare signature of a text as long, and beside the same with the hash of the token and JSON. */
function measureProof(algorithm: Algorithm, pairs: number): PairedFigure {
  const { privateKey } =
    algorithm === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : algorithm === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519');
  const token = createTokenSigner('ES256').token(1);
  const prover = dpopProver({ key: privateKey, algorithm });
  const accessToken = new Secret(token);
  const url = `${audience}/stock/42`;
  const prove = (): string => prover.prove({ method: 'GET', url, accessToken, now: Date.now() });
  const [head = '', body = ''] = prove().split('.');
  const how = { key: privateKey, ...(algorithm === 'ES256' && { dsaEncoding: 'ieee-p1363' as const }) };
  const hash = algorithm === 'EdDSA' ? null : 'sha256';
  const bytes = Buffer.from(`${head}.${body}`, 'latin1');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
  return measurePairedCalls(
    [
      () => sign(hash, bytes, how),
      () => {
        const ath = createHash('sha256').update(token).digest('base64url');
        const payload = Buffer.from(JSON.stringify({ ...claims, ath })).toString('base64url');
        return sign(hash, Buffer.from(`${head}.${payload}`, 'latin1'), how).toString('base64url');
      },
    ],
    prove,
    { pairs, batch: 20 },
  );
}

/** Measures one row. */
export async function measureOutbound(job: OutboundJob): Promise<object> {
  if (job.job === 'token-storm') return measureStorm(job.row);
  if (job.job === 'cached-credential') return measureCached(job.row, job.pairs);
  return measureProof(job.algorithm, job.pairs);
}
