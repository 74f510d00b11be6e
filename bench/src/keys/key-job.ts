/**
 * How a verifier treats the keys of its issuer: many callers at once with no key in hand, a new key in the middle of a
 * flood of invented key ids, and an issuer that is down when the keys are old.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createTokenSigner } from '../token-set.ts';
import { measureFloodOfKeyIds, type KeyFlood } from './key-id-flood.ts';
import { startJwksServer } from './jwks-server.ts';
import { keyClients, type KeyRow } from './key-clients.ts';

/** One row. */
export interface KeyJob {
  readonly job: 'keys';
  readonly row: KeyRow;
  readonly floodMilliseconds: number;
}

/** What was seen. */
export interface KeyFigure extends KeyFlood {
  /** JWKS requests for 500 verifications at once. */
  readonly requestsWhenCold: number;
  /** What happened when the issuer was down: `accepted`, or the error. */
  readonly issuerDown: string;
  /** The same an hour later, where time can be made to pass. */
  readonly issuerDownForLong: string;
}

const callers = 500;
const algorithm = 'ES256';
const shortAgeMilliseconds = 300;

async function requestsWhenCold(row: KeyRow): Promise<number> {
  const signer = createTokenSigner(algorithm);
  const server = await startJwksServer([signer.jwk]);
  const { verify } = await keyClients[row]({ url: server.url, algorithm });
  await Promise.all(Array.from({ length: callers }, (_none, index) => verify(signer.token(index))));
  await server.close();
  return server.count();
}

async function whenDown(row: KeyRow): Promise<Pick<KeyFigure, 'issuerDown' | 'issuerDownForLong'>> {
  const signer = createTokenSigner(algorithm);
  const server = await startJwksServer([signer.jwk]);
  const place = { url: server.url, algorithm, maximumAgeMilliseconds: shortAgeMilliseconds } as const;
  const { verify, advance } = await keyClients[row](place);
  await verify(signer.token(1));
  await server.close();
  const attempt = async (index: number): Promise<string> => {
    try {
      await verify(signer.token(index));
      return 'accepted';
    } catch (error) {
      return (error as Error).message.replace(/127\.0\.0\.1:\d+/, '127.0.0.1').slice(0, 80);
    }
  };
  if (advance === undefined) {
    await sleep(shortAgeMilliseconds * 2);
    return { issuerDown: await attempt(2), issuerDownForLong: '' };
  }
  advance(11 * 60_000);
  const issuerDown = await attempt(2);
  await sleep(200);
  advance(50 * 60_000);
  return { issuerDown, issuerDownForLong: await attempt(3) };
}

/** Measures one row. */
export async function measureKeys({ row, floodMilliseconds }: KeyJob): Promise<KeyFigure> {
  const cold = await requestsWhenCold(row);
  const flood = await measureFloodOfKeyIds(keyClients[row], { algorithm, milliseconds: floodMilliseconds });
  return { requestsWhenCold: cold, ...flood, ...(await whenDown(row)) };
}
