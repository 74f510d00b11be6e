/**
 * Holds our verifier against `jose`, configured as strictly as it goes: what it refuses, we never accept. What we refuse
 * besides is on the list of stricter-than-jose.test-kit.ts.
 */
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { algorithmNames, type Algorithm } from '../signature/algorithms.ts';
import { segment, signingKey } from '../signature/signing-key.test-kit.ts';
import { audience, claimsWith, issuer, now, tokenWith, verifierWith, verifyNow } from './token.test-kit.ts';
import { validClaims, validHeader } from './valid-token.test-kit.ts';

interface Pair {
  readonly ours: (token: string) => boolean;
  readonly theirs: (token: string) => Promise<boolean>;
}

function pairFor(algorithm: Algorithm): Pair {
  const jwks = { keys: [signingKey(algorithm).jwk] };
  const verifier = verifierWith({
    jwks,
    algorithms: [algorithm],
    multipleAudiences: true,
    maxLifetimeSeconds: 31_536_000,
  });
  const keys = createLocalJWKSet(jwks as unknown as JSONWebKeySet);
  const options = {
    issuer,
    audience,
    algorithms: [algorithm],
    typ: 'at+jwt',
    requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'client_id'],
    clockTolerance: 30,
    currentDate: new Date(now * 1000),
  };
  return {
    ours: (token) => verifyNow(verifier, token).ok,
    theirs: (token) =>
      jwtVerify(token, keys, options).then(
        () => true,
        () => false,
      ),
  };
}

const pairs = new Map(algorithmNames.map((name) => [name, pairFor(name)]));

function pairOf(algorithm: Algorithm): Pair {
  const pair = pairs.get(algorithm);
  if (pair === undefined) throw new Error('broken test');
  return pair;
}

const goodClaims: Record<string, unknown>[] = [
  {},
  { aud: [audience] },
  { aud: ['x', audience] },
  { nbf: now - 10 },
  { exp: now - 29, iat: now - 60 },
  { iat: now - 10, exp: now + 3600 },
  { act: { sub: 'gateway' }, roles: ['a'], scope: 'a b' },
  { sub: 'größe 数 😀', unknown: { deep: [1, 2, { x: null }] } },
];

test.each(algorithmNames)('%s: good tokens are accepted by both', async (algorithm) => {
  const { ours, theirs } = pairOf(algorithm);
  const signer = signingKey(algorithm);
  for (const claims of goodClaims) {
    for (const header of [{}, { typ: 'at+JWT' }, { typ: 'application/at+jwt' }, { kid: undefined }]) {
      const token = tokenWith(claims, header, signer);
      expect([ours(token), await theirs(token)]).toEqual([true, true]);
    }
  }
});

test('every generated valid token is accepted by both', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...algorithmNames), validClaims, validHeader, async (name, claims, header) => {
      const { ours, theirs } = pairOf(name);
      const token = tokenWith(claims, header, signingKey(name));
      expect([ours(token), await theirs(token)]).toEqual([true, true]);
    }),
    { numRuns: 1_000 },
  );
});

const badClaims: Record<string, unknown>[] = [
  ...['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'client_id'].map((name) => ({ [name]: undefined })),
  ...['iss', 'aud', 'exp', 'iat', 'nbf'].map((name) => ({ [name]: null })),
  ...['exp', 'iat', 'nbf'].flatMap((name) => [{ [name]: `${now}` }, { [name]: [now] }, { [name]: {} }]),
  { exp: now - 31, iat: now - 60 },
  { nbf: now + 31 },
  { aud: [] },
  { aud: 'x' },
  { aud: `${audience}/` },
  { iss: `${issuer}/` },
];
const badHeaders: Record<string, unknown>[] = [
  { typ: undefined },
  { typ: 'JWT' },
  { alg: 'none' },
  { alg: 'HS256' },
  { alg: undefined },
  { kid: 'other' },
  { crit: ['x'], x: 1 },
  { crit: [] },
];

test.each(algorithmNames)('%s: bad tokens are refused by both', async (algorithm) => {
  const { ours, theirs } = pairOf(algorithm);
  const signer = signingKey(algorithm);
  const tokens = [
    ...badClaims.map((claims) => tokenWith(claims, {}, signer)),
    ...badHeaders.map((header) => tokenWith({}, header, signer)),
    ...algorithmNames.filter((name) => name !== algorithm).map((name) => tokenWith({}, {}, signingKey(name))),
    tokenWith({}, { kid: 'key-1' }, signingKey(algorithm, 'stranger')),
    ...['[]', '"x"', 'null', '1', ''].map((payload) => tokenWith(payload, {}, signer)),
  ];
  // EdDSA and Ed25519 are one algorithm: a token of the other name is refused for its name.
  for (const token of tokens) expect([ours(token), await theirs(token)]).toEqual([false, false]);
});

/** A change of one place: of the text, of one segment, or of the JSON inside one. */
const change = fc.oneof(
  fc.record({ kind: fc.constant('text'), at: fc.nat(), cut: fc.nat(3), put: fc.string({ maxLength: 3 }) }),
  fc.record({
    kind: fc.constant('json'),
    at: fc.nat(),
    cut: fc.nat(3),
    put: fc.constantFrom('', ' ', '0', '"', ',', '\\u0061', '{'),
  }),
  fc.record({ kind: fc.constant('swap'), at: fc.nat(), cut: fc.nat(2), put: fc.constant('') }),
);

function mutated(
  token: string,
  { kind, at, cut, put }: { kind: string; at: number; cut: number; put: string },
): string {
  const splice = (text: string): string => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + put + text.slice(from + cut);
  };
  if (kind === 'text') return splice(token);
  const parts = token.split('.');
  if (kind === 'swap') return [parts[cut], parts[(cut + 1) % 3], parts[at % 3]].join('.');
  const which = at % 2;
  parts[which] = segment(splice(Buffer.from(parts[which] ?? '', 'base64url').toString('utf8')));
  return parts.join('.');
}

test('whatever jose refuses of a mutated token, we never accept', async () => {
  const seeds = algorithmNames.flatMap((name) =>
    goodClaims.slice(0, 3).map((claims) => ({ name, token: tokenWith(claims, {}, signingKey(name)) })),
  );
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...seeds),
      fc.array(change, { maxLength: 2 }),
      async ({ name, token }, changes) => {
        const text = changes.reduce(mutated, token);
        const { ours, theirs } = pairOf(name);
        if (!ours(text)) return;
        accepted += 1;
        expect(await theirs(text)).toBe(true);
      },
    ),
    { numRuns: 3_000 },
  );
  // The positive control: tokens without a change are among them.
  expect(accepted).toBeGreaterThan(0);
});

test('whatever jose refuses of signed claims, we never accept', async () => {
  const { ours, theirs } = pairOf('ES256');
  const names = Object.keys(claimsWith({ nbf: 0 }));
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.integer({ min: now - 100, max: now + 100 }),
    fc.constantFrom(undefined, audience, [audience], issuer, now, 0, -1, '', [], {}),
  );
  const header = fc.dictionary(fc.constantFrom('typ', 'alg', 'kid', 'crit', 'b64', 'zip', 'cty'), value, {
    maxKeys: 1,
  });
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 2 }),
      header,
      async (claims, members) => {
        const token = tokenWith(claims, members);
        if (!ours(token)) return;
        accepted += 1;
        expect(await theirs(token)).toBe(true);
      },
    ),
    { numRuns: 1_500 },
  );
  expect(accepted).toBeGreaterThan(0);
});
