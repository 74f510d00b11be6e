import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findingsOf, run, type Run } from '../cli.test-kit.ts';

function rsa(modulusLength: number): JsonWebKey {
  return generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' });
}

function ec(namedCurve: string): JsonWebKey {
  return generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' });
}

function inspectKeys(keys: readonly object[]): Promise<Run> {
  return run(['inspect', '--json'], { stdin: JSON.stringify({ keys }) });
}

describe('inspecting a key set', () => {
  it('has nothing to object to keys that a verifier takes', async () => {
    const result = await inspectKeys([
      { ...rsa(2048), kid: '1', use: 'sig' },
      { ...ec('prime256v1'), kid: '2', alg: 'ES256' },
    ]);
    expect(findingsOf(result)).toEqual([]);
    expect(result.code).toBe(0);
  });

  it.each([
    ['a short RSA key', () => [{ ...rsa(1024), kid: '1' }], 'CONFIG_KEY_REFUSED jwk'],
    ['a key for encryption', () => [{ ...ec('prime256v1'), use: 'enc' }], 'CONFIG_KEY_REFUSED jwk'],
    ['a curve that is not accepted', () => [ec('secp256k1')], 'CONFIG_KEY_REFUSED jwk'],
    ['an algorithm that does not fit', () => [{ ...ec('prime256v1'), alg: 'RS256' }], 'CONFIG_KEY_REFUSED jwk'],
    ['something that is no key', () => [{ kty: 'EC' }], 'CONFIG_KEY_REFUSED jwk'],
    [
      'one id for two keys',
      () => [
        { ...ec('prime256v1'), kid: '1' },
        { ...rsa(2048), kid: '1' },
      ],
      'TOKEN_KEY_UNKNOWN kid',
    ],
    ['two keys without an id', () => [ec('prime256v1'), ec('prime256v1')], 'TOKEN_KEY_UNKNOWN kid'],
    ['no key', () => [], 'TOKEN_KEY_UNKNOWN keys'],
  ])('objects to %s', async (_name, keys, expected) => {
    const result = await inspectKeys(keys());
    expect(findingsOf(result)).toContain(expected);
    expect(result.code).toBe(1);
  });

  it('does not read a document with a member twice, without keys, or that is no JSON', async () => {
    for (const stdin of ['{"keys":[],"keys":[]}', '{"a":1}', '{"keys":5}', '{']) {
      expect((await run(['inspect'], { stdin })).code).toBe(2);
    }
  });
});
