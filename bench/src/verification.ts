/**
 * What verifying a token costs, beside the limit: each row runs in a process of its own, in short slices that
 * alternate with the limit row, and the figure is the median of the paired ratios.
 */
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { accept, accessToken, refuse, Secret, systemClock, type Outcome, type RequestFacts } from '@countersign/core';
import { median, quartiles } from './statistics.ts';
import { audience, createTokenSet, issuer, type Algorithm, type TokenSet } from './token-set.ts';

/** The rows, beside the bare `crypto.verify` that is the limit. */
export const verificationRows = ['verify + JSON + claims', 'countersign, cold'] as const;
export type VerificationRow = (typeof verificationRows)[number];

/** One measured row. */
export interface VerificationFigure {
  readonly algorithm: Algorithm;
  readonly row: VerificationRow;
  /** Operations of the row per operation of the limit in the same time: 1.00 is the limit. */
  readonly ratio: number;
  readonly quartiles: readonly [number, number];
  readonly microseconds: number;
  readonly limitMicroseconds: number;
}

type Operation = (token: string) => unknown;

const tokenCount = 2_000;
const sliceMilliseconds = 40;
const pairs = 41;

function bareVerify(key: KeyObject, algorithm: Algorithm): (token: string) => boolean {
  const hash = algorithm === 'EdDSA' ? null : 'sha256';
  const how = algorithm === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' as const } : key;
  return (token) => {
    const dot = token.lastIndexOf('.');
    const signed = Buffer.from(token.slice(0, dot), 'latin1');
    return verify(hash, signed, how, Buffer.from(token.slice(dot + 1), 'base64url'));
  };
}

function verifyAndParse(bare: (token: string) => boolean): Operation {
  return (token) => {
    if (!bare(token)) throw new Error('a good token did not verify');
    const [header = '', payload = ''] = token.split('.');
    const { typ } = JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as { typ: string };
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
    const now = Date.now() / 1000;
    const good =
      typ === 'at+jwt' && claims['iss'] === issuer && claims['aud'] === audience && (claims['exp'] as number) > now;
    return good ? accept(claims) : refuse('TOKEN_EXPIRED', 'claims');
  };
}

async function countersign({ jwk }: TokenSet): Promise<Operation> {
  const authenticator = accessToken({ issuer, jwks: { keys: [jwk] } }).bind({
    clock: systemClock,
    fetch: () => Promise.reject(new Error('a benchmark asks nobody')),
    notify: () => {},
    service: 'spiffe://bench.internal/inventory',
    audience: [audience],
  });
  await authenticator.ready?.();
  const facts: RequestFacts = { transport: 'http', method: 'GET', target: '/', header: () => [], requestId: 'bench' };
  return (token) => {
    const judged = authenticator.authenticate({ kind: 'bearer-token', token: new Secret(token) }, facts);
    const outcome = judged as Outcome<unknown>;
    if (!outcome.ok) throw new Error(`a good token was refused: ${outcome.reason}`);
    return outcome;
  };
}

/** Runs one slice; answers microseconds per operation. */
function slice(operation: Operation, tokens: readonly string[], start: number): number {
  const begin = process.hrtime.bigint();
  const end = begin + BigInt(sliceMilliseconds) * 1_000_000n;
  let done = 0;
  let now = begin;
  while (now < end) {
    for (let step = 0; step < 16; step += 1) operation(tokens[(start + done + step) % tokens.length] ?? '');
    done += 16;
    now = process.hrtime.bigint();
  }
  return Number(now - begin) / 1000 / done;
}

/** Measures one row. */
export async function measureVerification(algorithm: Algorithm, row: VerificationRow): Promise<VerificationFigure> {
  const set = await createTokenSet(algorithm, tokenCount);
  const bare = bareVerify(createPublicKey({ key: set.jwk as never, format: 'jwk' }), algorithm);
  const operation = row === 'countersign, cold' ? await countersign(set) : verifyAndParse(bare);
  const ratios: number[] = [];
  const times: number[] = [];
  const limits: number[] = [];
  for (let pair = -4; pair < pairs; pair += 1) {
    const limit = slice(bare, set.tokens, pair * 31 + 500);
    const own = slice(operation, set.tokens, pair * 31 + 500);
    // The first pairs warm up the compiler.
    if (pair < 0) continue;
    ratios.push(limit / own);
    times.push(own);
    limits.push(limit);
  }
  return {
    algorithm,
    row,
    ratio: median(ratios),
    quartiles: quartiles(ratios),
    microseconds: median(times),
    limitMicroseconds: median(limits),
  };
}
