/** Credentials that are at hand: ours by each source, beside a hit in a bare `Map`, and one that looks at the time too. */
import { generateKeyPairSync } from 'node:crypto';
import {
  accessToken,
  clientSecret,
  compileRequirement,
  createServiceAuth,
  Secret,
  systemClock,
  type Caller,
} from '@countersign/core';
import { clientCredentials, serviceJwt, tokenExchange, type ClientRuntime } from '@countersign/client';
import { audience, createTokenSigner, issuer } from '../token-set.ts';
import type { CheapCall } from './paired-calls.ts';
import { allowHttp, clientId, secret } from './token-clients.ts';

/** What is measured, and what it is measured by. */
export interface CachedCredential {
  readonly row: CheapCall;
  /** A hit in a Map; a hit and a look at the clock; for subjects, a hit by the text of a header that has just come. */
  readonly limits: readonly CheapCall[];
}

const runtime: ClientRuntime = { clock: systemClock, audience, notify: () => {} };
const clientAuthentication = clientSecret({ clientId, clientSecret: new Secret(secret) });
const scope = 'inventory:read';

interface Kept {
  readonly token: string;
  readonly expiresAt: number;
}

function limitsOf(names: readonly string[]): readonly CheapCall[] {
  const kept = new Map<string, Kept>(names.map((name) => [name, { token: name, expiresAt: Date.now() + 300_000 }]));
  const find = (index: number): Kept | undefined => kept.get(names[index % names.length] ?? '');
  return [
    (index) => find(index)?.token,
    (index) => {
      const found = find(index);
      return found !== undefined && performance.now() < found.expiresAt ? found.token : undefined;
    },
  ];
}

/** A Map that is keyed by the token of the subject has to hash it anew for each request: each one brings a new text. */
function hitByHeader(tokens: readonly string[]): CheapCall {
  const kept = new Map(tokens.map((token) => [token, token]));
  const headers = tokens.map((token) => Buffer.from(`Bearer ${token}`, 'latin1'));
  return (index) => kept.get(headers[index % headers.length]?.toString('latin1').slice('Bearer '.length) ?? '');
}

/** A source that answered a promise would be measured as something else. */
function atHand(credential: unknown): unknown {
  if (credential instanceof Promise) throw new Error('the credential is not at hand');
  return credential;
}

async function fromClientCredentials(origin: string): Promise<CachedCredential> {
  const source = clientCredentials({ issuer: origin, clientAuthentication, scope, allowHttp }).bind(runtime);
  await source.credential({});
  return { row: () => atHand(source.credential({})), limits: limitsOf([audience]) };
}

function fromServiceJwt(): CachedCredential {
  const { privateKey: keyObject } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = { keyId: 'k1', key: { keyObject, algorithm: 'ES256' } } as const;
  const workload = 'spiffe://bench.internal/orders';
  const source = serviceJwt({ keys: { find: () => key }, issuer, workload, lifetimeSeconds: 300 }).bind(runtime);
  return { row: () => atHand(source.credential({})), limits: limitsOf([audience]) };
}

/** Callers with a subject, as a service gets them. */
async function callersWithSubjects(count: number): Promise<readonly { caller: Caller; token: string }[]> {
  const signer = createTokenSigner('ES256');
  const auth = createServiceAuth({
    service: 'spiffe://bench.internal/orders',
    audience,
    accept: [accessToken({ issuer, jwks: { keys: [signer.jwk] } })],
    audit: { write: () => {} },
  });
  const requirement = compileRequirement({ scope }, 'GET /');
  const callers = [];
  for (let index = 0; index < count; index += 1) {
    const token = signer.token(index);
    const header = (name: string): readonly string[] => (name === 'authorization' ? [`Bearer ${token}`] : []);
    const facts = { transport: 'http', method: 'GET', target: '/', header, requestId: String(index) } as const;
    const verdict = await auth.check(facts, requirement);
    if (verdict.outcome !== 'allowed' || verdict.caller === undefined) throw new Error('the token was refused');
    callers.push({ caller: verdict.caller, token });
  }
  return callers;
}

async function fromTokenExchange(origin: string, count: number): Promise<CachedCredential> {
  const callers = await callersWithSubjects(count);
  const options = { issuer: origin, clientAuthentication, scope, subjectIssuers: [issuer], allowHttp } as const;
  const source = tokenExchange(options).bindOnBehalfOf(runtime);
  for (const { caller } of callers) await source.credential({ caller });
  const tokens = callers.map(({ token }) => token);
  const requests = callers.map(({ caller }) => ({ caller }));
  return {
    row: (index) => atHand(source.credential(requests[index % count] as { caller: Caller })),
    limits: [...limitsOf(tokens), hitByHeader(tokens)],
  };
}

/** The rows. */
export const cachedCredentials = {
  clientCredentials: fromClientCredentials,
  serviceJwt: fromServiceJwt,
  'tokenExchange, 1 subject': (origin: string) => fromTokenExchange(origin, 1),
  'tokenExchange, 1,000 subjects': (origin: string) => fromTokenExchange(origin, 1_000),
} as const;

export type CachedRow = keyof typeof cachedCredentials;
