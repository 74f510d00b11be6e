/** Verifiers that fetch their keys: ours, and the peers with a key set of their own. */
import { accessToken, systemClock } from '@countersign/core';
import { createVerifier } from 'fast-jwt';
import buildGetJwks from 'get-jwks';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { JwksClient } from 'jwks-rsa';
import type { Verify } from '../limits.ts';
import { benchRuntime, verifyWith } from '../our-verifier.ts';
import { fastJwtOptions, requiredClaims } from '../peer-verifiers.ts';
import { audience, issuer, type Algorithm } from '../token-set.ts';
import { jwksPath } from './jwks-server.ts';

/** Where the keys are. */
export interface KeyPlace {
  readonly url: string;
  readonly algorithm: Algorithm;
  /** How long fetched keys are good, in milliseconds; the default of the library when absent. */
  readonly maximumAgeMilliseconds?: number;
}

/** A verifier whose keys age. */
export interface KeyClient {
  readonly verify: Verify;
  /** Lets time pass for the keys, where the clock can be passed in. The others wait. */
  readonly advance?: (milliseconds: number) => void;
}

async function countersign({ url }: KeyPlace): Promise<KeyClient> {
  let offset = 0;
  const clock = { now: () => systemClock.now(), monotonic: () => systemClock.monotonic() + offset };
  const authenticator = accessToken({
    issuer,
    jwksUri: url,
    allowHttp: { reason: 'a benchmark on loopback', owner: 'bench', expires: '2099-12-31' },
  }).bind(benchRuntime({ clock, fetch: (input, init) => fetch(input, init) }));
  return {
    verify: verifyWith(authenticator),
    advance: (milliseconds) => {
      offset += milliseconds;
    },
  };
}

async function jose({ url, algorithm, maximumAgeMilliseconds }: KeyPlace): Promise<KeyClient> {
  const age = maximumAgeMilliseconds === undefined ? {} : { cacheMaxAge: maximumAgeMilliseconds };
  const keys = createRemoteJWKSet(new URL(url), age);
  const options = { algorithms: [algorithm], issuer, audience, typ: 'at+jwt', requiredClaims };
  return { verify: (token) => jwtVerify(token, keys, options) };
}

async function jwksRsa({ url, algorithm, maximumAgeMilliseconds }: KeyPlace): Promise<KeyClient> {
  const age = maximumAgeMilliseconds === undefined ? {} : { cacheMaxAge: maximumAgeMilliseconds };
  const client = new JwksClient({ jwksUri: url, ...age });
  const options = { algorithms: [algorithm as 'ES256'], issuer, audience };
  return {
    verify: (token) =>
      new Promise((resolve, reject) => {
        jsonwebtoken.verify(
          token,
          ({ kid }, give) => {
            client.getSigningKey(kid).then(
              (key) => give(null, key.getPublicKey()),
              (error: Error) => give(error),
            );
          },
          options,
          (error, claims) => (error === null ? resolve(claims) : reject(error)),
        );
      }),
  };
}

async function getJwks({ url, algorithm, maximumAgeMilliseconds }: KeyPlace): Promise<KeyClient> {
  const age = maximumAgeMilliseconds === undefined ? {} : { ttl: maximumAgeMilliseconds };
  const source = buildGetJwks({ jwksPath, ...age });
  const domain = new URL('/', url).href;
  const verify = createVerifier<string>({
    ...fastJwtOptions({ algorithm }),
    key: ({ header }: { readonly header: Readonly<Record<string, unknown>> }) =>
      source.getPublicKey({ domain, alg: String(header['alg']), kid: String(header['kid']) }),
  });
  return { verify };
}

/** The rows. */
export const keyClients = {
  countersign,
  'jose, remote key set': jose,
  'jwks-rsa + jsonwebtoken': jwksRsa,
  'get-jwks + fast-jwt': getJwks,
} as const satisfies Record<string, (place: KeyPlace) => Promise<KeyClient>>;

export type KeyRow = keyof typeof keyClients;
