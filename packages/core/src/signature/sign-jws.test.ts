import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { compactVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { Secret } from '../errors/secret.ts';
import { algorithmNames } from './algorithms.ts';
import { loadPrivateKey, signJws } from './sign-jws.ts';
import { signingKey } from './signing-key.test-kit.ts';

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

describe('a JWS of ours', () => {
  it.each(algorithmNames)(
    'signed with %s verifies with jose, whether the key came as PEM or as object',
    async (name) => {
      const { privateKey } = signingKey(name);
      for (const given of [privateKey, new Secret(pemOf(privateKey))]) {
        const loaded = loadPrivateKey(given, name);
        if (!loaded.ok) throw new Error(loaded.problem);
        const jws = signJws({ typ: 'x', alg: 'none' }, { iss: 'ä' }, loaded.key);
        const verified = await compactVerify(jws, createPublicKey(privateKey));
        expect(verified.protectedHeader).toEqual({ typ: 'x', alg: name });
        expect(JSON.parse(Buffer.from(verified.payload).toString())).toEqual({ iss: 'ä' });
      }
    },
  );
});

describe('a key for signing', () => {
  const es256 = signingKey('ES256').privateKey;
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const encrypted = es256.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString();

  it.each([
    ['a public key', createPublicKey(es256), 'is no private key'],
    ['a PEM that is no Secret', pemOf(es256), 'cannot be read as a private key'],
    ['an encrypted PEM', new Secret(encrypted), 'cannot be read as a private key'],
    ['no PEM', new Secret('key'), 'cannot be read as a private key'],
    ['nothing', undefined, 'cannot be read as a private key'],
    ['another curve', signingKey('ES384').privateKey, 'does not fit ES256'],
    ['another type', signingKey('RS256').privateKey, 'does not fit ES256'],
  ])('is refused when it is %s', (_name, given, problem) => {
    expect(loadPrivateKey(given, 'ES256')).toEqual({ ok: false, problem });
  });

  it('is refused when it is RSA and short', () => {
    expect(loadPrivateKey(weak, 'PS256')).toEqual({ ok: false, problem: 'is RSA of fewer than 2048 bits' });
  });
});
