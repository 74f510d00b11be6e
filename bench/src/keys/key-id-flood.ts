/** A flood of tokens with invented key ids, about a thousand a second, and a new key of the issuer in the middle of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Verify } from '../limits.ts';
import { createTokenSigner, withWrongSignatures, createTokenSet, type Algorithm } from '../token-set.ts';
import { startJwksServer } from './jwks-server.ts';
import type { KeyClient, KeyPlace } from './key-clients.ts';

/** What was seen. */
export interface KeyFlood {
  readonly attempts: number;
  readonly jwksRequests: number;
  /** Seconds from the publication of the new key until a token under it was accepted; null when it never was. */
  readonly rotationSeconds: number | null;
  /** 99th percentile of verifying a token under the known key, in milliseconds: before, and in the flood. */
  readonly quietMilliseconds: number;
  readonly floodMilliseconds: number;
}

const perTick = 5;
const tickMilliseconds = 5;

function percentile99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * 0.99)] ?? Number.NaN;
}

async function timed(verify: Verify, token: string): Promise<number> {
  const before = performance.now();
  await verify(token);
  return performance.now() - before;
}

async function isAccepted(verify: Verify, token: string): Promise<boolean> {
  try {
    await verify(token);
    return true;
  } catch {
    return false;
  }
}

async function quiet(verify: Verify, token: () => string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 200; round += 1) {
    times.push(await timed(verify, token()));
    await sleep(tickMilliseconds);
  }
  return percentile99(times);
}

/** Runs the flood against one client. */
export async function measureFloodOfKeyIds(
  connect: (place: KeyPlace) => Promise<KeyClient>,
  { algorithm, milliseconds }: { readonly algorithm: Algorithm; readonly milliseconds: number },
): Promise<KeyFlood> {
  const signer = createTokenSigner(algorithm);
  const next = createTokenSigner(algorithm, 'new');
  const server = await startJwksServer([signer.jwk]);
  const { verify } = await connect({ url: server.url, algorithm });
  const [wrong = ''] = withWrongSignatures(createTokenSet(signer, 2)).tokens;
  const [, payload, signature] = wrong.split('.');
  let index = 0;
  const known = (): string => signer.token((index += 1));
  await verify(known());
  const quietMilliseconds = await quiet(verify, known);
  const requestsBefore = server.count();
  const begin = performance.now();
  const times: number[] = [];
  const pending: Promise<unknown>[] = [];
  let attempts = 0;
  let publishedAt: number | undefined;
  let rotationSeconds: number | null = null;
  while (performance.now() - begin < milliseconds) {
    for (let one = 0; one < perTick; one += 1) {
      const header = JSON.stringify({ alg: algorithm, kid: `invented-${attempts}`, typ: 'at+jwt' });
      attempts += 1;
      pending.push(isAccepted(verify, `${Buffer.from(header).toString('base64url')}.${payload}.${signature}`));
    }
    if (publishedAt === undefined && performance.now() - begin > milliseconds / 4) {
      server.publish([signer.jwk, next.jwk]);
      publishedAt = performance.now();
    }
    if (publishedAt !== undefined && rotationSeconds === null && attempts % (perTick * 8) === 0) {
      const since = publishedAt;
      const attempt = isAccepted(verify, next.token(attempts)).then((accepted) => {
        if (accepted) rotationSeconds ??= (performance.now() - since) / 1000;
      });
      pending.push(attempt);
    }
    pending.push(timed(verify, known()).then((time) => times.push(time)));
    await sleep(tickMilliseconds);
  }
  const jwksRequests = server.count() - requestsBefore;
  const seen = rotationSeconds;
  await Promise.all(pending);
  await server.close();
  return { attempts, jwksRequests, rotationSeconds: seen, quietMilliseconds, floodMilliseconds: percentile99(times) };
}
