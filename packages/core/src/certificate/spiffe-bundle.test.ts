import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accept } from '../errors/outcome.ts';
import { keysOf, root, svid } from './certificate.test-kit.ts';
import { parseSpiffeBundle, parseSpiffeBundleMap } from './spiffe-bundle.ts';

const authority = root();
const second = root({ name: 'rsa-2048 second', keys: keysOf('rsa-2048') });
const trustDomain = 'prod.test';
const jwkOf = (key: KeyObject): object => key.export({ format: 'jwk' });
const x509Key = (issued = authority, changes: object = {}): object => ({
  ...jwkOf(issued.keys.publicKey),
  use: 'x509-svid',
  x5c: [issued.raw.toString('base64')],
  ...changes,
});
const jwtKey = (changes: object = {}): object => ({
  ...jwkOf(authority.keys.publicKey),
  use: 'jwt-svid',
  kid: 'one',
  ...changes,
});
const documentOf = (keys: unknown, more: object = {}): string => JSON.stringify({ keys, ...more });
const parse = (document: string | Uint8Array) => parseSpiffeBundle(document, { trustDomain });

describe('a bundle document', () => {
  test('holds the authorities and the JWT keys of a trust domain', () => {
    const outcome = parse(
      documentOf([x509Key(), x509Key(second), jwtKey()], { spiffe_sequence: 7, spiffe_refresh_hint: 300 }),
    );
    expect(outcome).toMatchObject({
      ok: true,
      value: { trustDomain, revocationLists: [], sequence: 7n, refreshHintSeconds: 300 },
    });
    const value = outcome.ok ? outcome.value : undefined;
    expect(value?.authorities.map(({ raw }) => raw)).toEqual([authority.raw, second.raw]);
    expect(value?.jwtKeys.map(({ kid }) => kid)).toEqual(['one']);
    expect(parse(Buffer.from(documentOf([x509Key()]))).ok).toBe(true);
  });

  test.each([
    ['9007199254740993', 9007199254740993n],
    ['18446744073709551615', 18446744073709551615n],
    ['0', 0n],
  ])('has a sequence that no number could hold: %s', (digits, expected) => {
    const outcome = parse(`{ "keys": [], "spiffe_sequence" : ${digits} }`);
    expect(outcome).toMatchObject({ value: { sequence: expected } });
  });

  test.each<[string, readonly unknown[]]>([
    ['a key without use', [x509Key(authority, { use: undefined })]],
    ['a key of another use', [x509Key(authority, { use: 'wit-svid' }), jwtKey({ use: 'sig' })]],
    ['a key of an unknown type', [x509Key(authority, { kty: 'oct' })]],
    ['what is no key', [null, 7, 'a', []]],
    ['no key: everything is revoked', []],
  ])('leaves out %s', (_title, keys) => {
    expect(parse(documentOf(keys))).toMatchObject({ ok: true, value: { authorities: [], jwtKeys: [] } });
  });

  test('takes the first certificate of x5c and no other', () => {
    const both = [authority.raw, second.raw].map((raw) => raw.toString('base64'));
    const outcome = parse(documentOf([x509Key(authority, { x5c: both })]));
    expect(outcome.ok && outcome.value.authorities.map(({ raw }) => raw)).toEqual([authority.raw]);
  });

  const secret = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  test.each<[string, string, string]>([
    ['that is no JSON', 'keys', 'bundle'],
    ['that is a list', '[]', 'bundle'],
    ['with a member twice', '{"keys":[],"keys":[]}', 'bundle'],
    ['without keys', '{}', 'bundle.keys'],
    ['with keys that are no list', documentOf({}), 'bundle.keys'],
    ['with too many keys', documentOf(Array(1_001).fill({})), 'bundle.keys'],
    ['that is too long', documentOf([], { more: 'x'.repeat(1024 * 1024) }), 'bundle'],
    ['with an authority without x5c', documentOf([x509Key(authority, { x5c: undefined })]), 'bundle.keys.x5c'],
    ['with an empty x5c', documentOf([x509Key(authority, { x5c: [] })]), 'bundle.keys.x5c'],
    ['with an x5c in base64url', documentOf([x509Key(authority, { x5c: ['-_-_'] })]), 'bundle.keys.x5c'],
    ['with an x5c that is no certificate', documentOf([x509Key(authority, { x5c: ['MIIB'] })]), 'bundle.keys.x5c'],
    [
      'with the certificate of another key',
      documentOf([x509Key(authority, { x5c: [second.raw.toString('base64')] })]),
      'bundle.keys.x5c',
    ],
    ['with an authority that is no CA', documentOf([x509Key(svid(authority))]), 'bundle.keys.x5c'],
    ['with a JWT key without kid', documentOf([jwtKey({ kid: undefined })]), 'bundle.keys.kid'],
    ['with an empty kid', documentOf([jwtKey({ kid: '' })]), 'bundle.keys.kid'],
    ['with one kid twice', documentOf([jwtKey(), jwtKey()]), 'bundle.keys.kid'],
    ['with a private key', documentOf([{ ...jwkOf(secret), use: 'jwt-svid', kid: 'one' }]), 'bundle.keys'],
    ['with a sequence below zero', documentOf([], { spiffe_sequence: -1 }), 'bundle.spiffe_sequence'],
    ['with a sequence of fractions', documentOf([], { spiffe_sequence: 1.5 }), 'bundle.spiffe_sequence'],
    ['with a sequence as text', documentOf([], { spiffe_sequence: '7' }), 'bundle.spiffe_sequence'],
    ['with a sequence with an exponent', '{"keys":[],"spiffe_sequence":1e3}', 'bundle.spiffe_sequence'],
    ['with a refresh hint below zero', documentOf([], { spiffe_refresh_hint: -1 }), 'bundle.spiffe_refresh_hint'],
    ['with a refresh hint as text', documentOf([], { spiffe_refresh_hint: '5' }), 'bundle.spiffe_refresh_hint'],
  ])('%s is refused', (_title, document, check) => {
    expect(parse(document)).toMatchObject({ ok: false, reason: 'TRUST_BUNDLE_UNAVAILABLE', detail: { check } });
  });

  test('is of a trust domain, and of none that is misspelt', () => {
    for (const name of ['', 'PROD.test', 'spiffe://prod.test', 'prod.test/']) {
      expect(parseSpiffeBundle(documentOf([]), { trustDomain: name })).toMatchObject({
        detail: { check: 'trustDomain' },
      });
    }
  });

  test('never throws, whatever its bytes are', () => {
    const good = Buffer.from(documentOf([x509Key(), jwtKey()], { spiffe_sequence: 7 }));
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.uint8Array({ maxLength: 3 }), (at, put) => {
        const changed = Buffer.concat([good.subarray(0, at), put, good.subarray(at + put.length)]);
        expect([true, false]).toContain(parse(changed).ok);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a map of bundles', () => {
  test('holds one bundle for each trust domain', () => {
    const outcome = parseSpiffeBundleMap(
      `{"trust_domains":{"prod.test":${documentOf([x509Key()], { spiffe_sequence: 1 })},"dev.test":{"keys":[],"spiffe_sequence":9007199254740993}}}`,
    );
    const found = outcome.ok ? outcome.value : new Map<string, never>();
    expect([...found.keys()]).toEqual(['prod.test', 'dev.test']);
    expect(found.get('prod.test')).toMatchObject({ trustDomain: 'prod.test', sequence: 1n });
    expect(found.get('dev.test')).toMatchObject({ authorities: [], sequence: 9007199254740993n });
    expect(parseSpiffeBundleMap('{"trust_domains":{}}')).toEqual(accept(new Map()));
  });

  test.each([
    ['without domains', '{}'],
    ['with a domain twice', '{"trust_domains":{"prod.test":{"keys":[]},"prod.test":{"keys":[]}}}'],
    ['with a name that is no trust domain', '{"trust_domains":{"spiffe://prod.test":{"keys":[]}}}'],
    ['with one bad bundle', '{"trust_domains":{"prod.test":{"keys":[]},"dev.test":{}}}'],
    ['with a list', '{"trust_domains":[]}'],
  ])('%s is refused', (_title, document) => {
    expect(parseSpiffeBundleMap(document)).toMatchObject({ ok: false, reason: 'TRUST_BUNDLE_UNAVAILABLE' });
  });
});
