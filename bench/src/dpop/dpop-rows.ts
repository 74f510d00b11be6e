/**
 * The rows of requests with DPoP. Each judges one text, `token proof`: the token is known after the first round, and the
 * proof is new. Every row but the limits makes the checks of RFC 9449 §4.3: `typ`, algorithm, key, signature, `htm`,
 * `htu`, `iat`, `ath`, `jti` unused, and the thumbprint that the token is bound to.
 */
import { createHash, createPublicKey, hash } from 'node:crypto';
import { accessToken, createMemoryReplayStore, Secret, type ReplayStore, type RequestFacts } from '@countersign/core';
import { calculateJwkThumbprint, createLocalJWKSet, EmbeddedJWK, jwtVerify, type JSONWebKeySet, type JWK } from 'jose';
import { bareVerify, type Verify } from '../limits.ts';
import { benchRuntime } from '../our-verifier.ts';
import { maximumAgeSeconds, requiredClaims, toleranceSeconds } from '../peer-verifiers.ts';
import { audience, issuer } from '../token-set.ts';
import { maximumProofAgeSeconds, method, origin, target, type DpopSet } from './dpop-set.ts';

type MakeVerifier = (set: DpopSet) => Verify | Promise<Verify>;

/** `token proof`, taken apart. */
function partsOf(text: string): readonly [string, string] {
  const space = text.indexOf(' ');
  return [text.slice(0, space), text.slice(space + 1)];
}

/** The signature of the proof with the key of the client, which is in hand. */
export function bareProofVerify({ algorithm, clients }: DpopSet): (text: string) => boolean {
  const verifiers = new Map(
    clients.map(({ token, jwk }) => [token, bareVerify(createPublicKey({ key: jwk, format: 'jwk' }), algorithm)]),
  );
  return (text) => {
    const [token, proof] = partsOf(text);
    return verifiers.get(token)?.(proof) === true;
  };
}

/** The same, `JSON.parse` of header and claims, and four checks. The key is not read, and nothing is remembered. */
export function proofVerifyAndParse(set: DpopSet): Verify {
  const bare = bareProofVerify(set);
  return (text) => {
    const [token, proof] = partsOf(text);
    const [header = '', payload = ''] = proof.split('.');
    const { typ } = JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as { typ: string };
    if (!bare(text)) throw new Error('the signature does not verify');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
    const good =
      typ === 'dpop+jwt' &&
      claims['htm'] === method &&
      claims['htu'] === origin + target &&
      claims['ath'] === hash('sha256', token, 'base64url');
    if (!good) throw new Error('a claim is wrong');
    return claims;
  };
}

/** A store that is emptied after each round of the proofs: they come again, and must count as new. */
function replayStoreFor({ requests }: DpopSet): ReplayStore {
  let store = createMemoryReplayStore();
  let asked = 0;
  return {
    remember: (key, milliseconds) => {
      if (asked === requests.length) {
        store = createMemoryReplayStore();
        asked = 0;
      }
      asked += 1;
      return store.remember(key, milliseconds);
    },
  };
}

const facts: RequestFacts = { transport: 'http', method, target, header: () => [], requestId: 'bench' };

async function countersign(set: DpopSet): Promise<Verify> {
  const authenticator = accessToken({
    issuer,
    jwks: { keys: [set.issuerJwk] },
    dpop: { origin, replayStore: replayStoreFor(set), maxAgeSeconds: maximumProofAgeSeconds },
  }).bind(benchRuntime());
  await authenticator.ready?.();
  return async (text) => {
    const [token, proof] = partsOf(text);
    const credential = { kind: 'dpop-token', token: new Secret(token), proofs: [new Secret(proof)] } as const;
    const judged = await authenticator.authenticate(credential, facts);
    if (!judged.ok) throw new Error(judged.reason);
    return judged.value;
  };
}

/** jose by hand, as its documentation shows the parts. Tokens that verified stand in a Map, which jose has none of. */
function jose({ algorithm, issuerJwk, requests }: DpopSet): Verify {
  const keys = createLocalJWKSet({ keys: [issuerJwk] } as JSONWebKeySet);
  const known = new Map<string, { readonly exp: number; readonly jkt: string }>();
  let used = new Set<string>();
  const judgeToken = async (token: string): Promise<string> => {
    const found = known.get(token);
    if (found !== undefined && found.exp > Date.now() / 1000) return found.jkt;
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['ES256'],
      issuer,
      audience,
      typ: 'at+jwt',
      requiredClaims,
      clockTolerance: toleranceSeconds,
      maxTokenAge: maximumAgeSeconds,
    });
    const { jkt } = payload['cnf'] as { readonly jkt: string };
    known.set(token, { exp: payload.exp ?? 0, jkt });
    return jkt;
  };
  return async (text) => {
    const [token, proof] = partsOf(text);
    const jkt = await judgeToken(token);
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: [algorithm],
      requiredClaims: ['jti', 'iat'],
      maxTokenAge: maximumProofAgeSeconds,
      clockTolerance: 5,
    });
    const good =
      payload['htm'] === method &&
      payload['htu'] === origin + target &&
      payload['ath'] === createHash('sha256').update(token).digest('base64url') &&
      (await calculateJwkThumbprint(protectedHeader.jwk as JWK)) === jkt;
    if (!good) throw new Error('the proof is not for this request');
    if (used.size === requests.length) used = new Set();
    const jti = `${jkt} ${payload.jti}`;
    if (used.has(jti)) throw new Error('the proof was used');
    used.add(jti);
    return payload;
  };
}

/** The rows. */
export const dpopRows = {
  'limit: verify + JSON of the proof': proofVerifyAndParse,
  countersign,
  'jose, by hand': jose,
} as const satisfies Record<string, MakeVerifier>;

export type DpopRow = keyof typeof dpopRows;
