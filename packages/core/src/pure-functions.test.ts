/** The functions that users run their own corpora against: whatever they are given, they answer, and never with a pass. */
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { issue, root, startOfTest, svid } from './certificate/certificate.test-kit.ts';
import {
  judgeIntrospection,
  parseAuthorizationHeader,
  parseBase64Certificate,
  parseClientCert,
  parseClientCertChain,
  parseEncodedPem,
  parseLinkerdClientId,
  parseTraefikCert,
  parseXfcc,
  parseSpiffeBundle,
  parseSpiffeBundleMap,
  reasons,
  thumbprintOf,
  trustBundle,
  verifyCertificateBinding,
  verifyDpopProof,
  verifyJwt,
  verifyJwtSvid,
  verifyPlainChain,
  verifySvidChain,
  type JwtExpectations,
  type JwtSvidExpectations,
  type Outcome,
} from './index.ts';
import { signingKey } from './signature/signing-key.test-kit.ts';
import { proofWith, wanted } from './token/dpop.test-kit.ts';
import { answerWith } from './token/introspection.test-kit.ts';
import { audience, issuer, now, tokenWith } from './token/token.test-kit.ts';

const key = signingKey('ES256');
const milliseconds = now * 1000;
const authority = root();
const certificate = svid(authority).certificate;
const base64 = certificate.raw.toString('base64');
const plain = issue({ name: 'web', issuer: authority, dnsNames: ['web.internal'] });
const held = {
  trustBundle: trustBundle({ trustDomain: 'prod.test', pem: authority.pem }),
  now: startOfTest,
  usage: 'client',
} as const;
const binding = { 'x5t#S256': thumbprintOf(certificate) };
const jwt: JwtExpectations = { issuer, audience, keys: { keys: [key.jwk] }, now: milliseconds };
const svidKey = { ...key.jwk, use: 'jwt-svid' };
const jwtSvid: JwtSvidExpectations = {
  bundle: { trustDomain: 'prod.test', keys: [svidKey] },
  audience,
  now: milliseconds,
};
const svidToken = tokenWith({ iss: undefined, sub: 'spiffe://prod.test/orders' }, { typ: 'JWT' });
const introspection = { issuer, audience: [audience], now: milliseconds };

type PureFunction = (...given: readonly unknown[]) => Outcome<unknown>;

/** A function, arguments that are good, and the arguments that are no object of options. */
interface Row {
  readonly call: PureFunction;
  readonly good: readonly [unknown, ...unknown[]];
}

const rows: Readonly<Record<string, Row>> = {
  verifyJwt: { call: verifyJwt as PureFunction, good: [tokenWith(), jwt] },
  verifyJwtSvid: { call: verifyJwtSvid as PureFunction, good: [svidToken, jwtSvid] },
  verifyDpopProof: { call: verifyDpopProof as PureFunction, good: [proofWith(), wanted] },
  judgeIntrospection: {
    call: judgeIntrospection as PureFunction,
    good: [JSON.stringify(answerWith()), introspection],
  },
  verifyCertificateBinding: { call: verifyCertificateBinding as PureFunction, good: [binding, certificate] },
  parseXfcc: { call: parseXfcc as PureFunction, good: ['By=spiffe://prod.test/a;URI=spiffe://prod.test/b'] },
  parseClientCert: { call: parseClientCert as PureFunction, good: [`:${base64}:`] },
  parseClientCertChain: { call: parseClientCertChain as PureFunction, good: [`:${base64}:`] },
  parseEncodedPem: { call: parseEncodedPem as PureFunction, good: [encodeURIComponent(certificate.toString())] },
  parseBase64Certificate: { call: parseBase64Certificate as PureFunction, good: [base64] },
  parseTraefikCert: { call: parseTraefikCert as PureFunction, good: [base64] },
  parseLinkerdClientId: { call: parseLinkerdClientId as PureFunction, good: ['spiffe://prod.test/orders'] },
  verifySvidChain: { call: verifySvidChain as PureFunction, good: [svid(authority).pem, held] },
  verifyPlainChain: {
    call: verifyPlainChain as PureFunction,
    good: [plain.pem, { ...held, workloads: { 'web.internal': 'spiffe://prod.test/web' } }],
  },
  parseSpiffeBundle: { call: parseSpiffeBundle as PureFunction, good: ['{"keys":[]}', { trustDomain: 'prod.test' }] },
  parseSpiffeBundleMap: { call: parseSpiffeBundleMap as PureFunction, good: ['{"trust_domains":{}}'] },
  parseAuthorizationHeader: { call: parseAuthorizationHeader as PureFunction, good: ['Bearer abc'] },
};

const anything = fc.anything({
  maxDepth: 4,
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
});
const fail = (): never => {
  throw new Error('canary-in-getter');
};
/** Objects that fail when they are looked at, under names, because the test runner looks at counterexamples. */
const failing: Readonly<Record<string, unknown>> = {
  symbol: Symbol('a symbol'),
  function: () => 'a function',
  'a proxy that does not answer': new Proxy({}, { get: fail }),
  'a proxy that does not list': new Proxy({}, { ownKeys: fail }),
  'a proxy of a list': new Proxy([], { get: fail }),
  'an object that is no text': { toString: fail },
  'an object that throws what throws again': {
    toString: (): never => {
      // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- anything can be thrown
      throw new Proxy({}, { getPrototypeOf: fail });
    },
  },
};
const given = fc.oneof(
  { weight: 9, arbitrary: anything.map((value) => ({ name: 'anything', value })) },
  { weight: 1, arbitrary: fc.constantFrom(...Object.keys(failing)).map((name) => ({ name, value: fail })) },
);
const valueOf = ({ name, value }: { readonly name: string; readonly value: unknown }): unknown =>
  name === 'anything' ? value : failing[name];

/** What is wrong with an answer: it has a value, or a reason of the table and what failed, and no exception's text. */
function faultOf(outcome: Outcome<unknown>): string | undefined {
  if (inspect(outcome).includes('canary-in-getter')) return 'quotes an exception';
  if (outcome.ok) return undefined;
  if (!Object.hasOwn(reasons, outcome.reason)) return 'has no reason of the table';
  return typeof outcome.detail.check === 'string' ? undefined : 'does not say what failed';
}

describe.each(Object.entries(rows))('%s', (_name, { call, good }) => {
  test('accepts what is good', () => {
    expect(call(...good)).toMatchObject({ ok: true });
  });

  test('answers arguments of any type, and accepts none of them', () => {
    fc.assert(
      fc.property(fc.array(given, { minLength: 1, maxLength: 3 }), (found) => {
        const values = found.map(valueOf);
        const outcome = call(...values);
        expect(faultOf(outcome)).toBeUndefined();
        // No header at all, or an empty list of them, is a good answer, and no credential.
        expect(outcome.ok && outcome.value !== undefined).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each(good.map((_value, index) => [index]))('answers anything in place of argument %i', (index) => {
    const changed = (one: unknown): readonly unknown[] => good.map((value, at) => (at === index ? one : value));
    fc.assert(
      fc.property(given, (one) => {
        expect(faultOf(call(...changed(valueOf(one))))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  const options = good[1];
  const names = typeof options === 'object' && options !== certificate ? Object.keys(options as object) : [];
  test.each(names.map((option) => [option]))('answers anything in place of the option %s', (option) => {
    fc.assert(
      fc.property(given, (one) => {
        expect(faultOf(call(good[0], { ...(options as object), [option]: valueOf(one) }))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test('answers any text in place of the first argument, and a good one that was changed', () => {
    const text = typeof good[0] === 'string' ? good[0] : JSON.stringify(good[0]);
    const changed = fc
      .tuple(fc.nat(text.length), fc.string({ maxLength: 3, unit: 'binary' }))
      .map(([at, put]) => text.slice(0, at) + put + text.slice(at + put.length));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), changed), (value) => {
        expect(faultOf(call(value, ...good.slice(1)))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});

test.each<[string, PureFunction, unknown, object]>([
  ['accesToken', verifyDpopProof as PureFunction, proofWith(), { ...wanted, accessToken: undefined }],
  ['maxAge', verifyDpopProof as PureFunction, proofWith(), wanted],
  ['clientIDs', judgeIntrospection as PureFunction, JSON.stringify(answerWith()), introspection],
  ['maxLifetime', verifyJwt as PureFunction, tokenWith(), jwt],
  ['maxLifetime', verifyJwtSvid as PureFunction, svidToken, jwtSvid],
])('a misspelt expectation leaves no check out: %s', (name, call, presented, expectations) => {
  const outcome = call(presented, { ...expectations, [name]: 'other' });
  expect(outcome).toMatchObject({ ok: false, reason: 'INTERNAL_FAULT', detail: { check: 'options' } });
  expect(JSON.stringify(outcome)).toContain(`${name} is not an option`);
});
