import { createPublicKey } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import type { ConfigurationError } from '../errors/configuration-error.ts';
import { Secret } from '../errors/secret.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import type { ClientAuthentication, OutgoingForm } from './client-authentication.ts';
import { clientSecret } from './client-secret.ts';
import { privateKeyJwt } from './private-key-jwt.ts';
import { issuer, now } from './token.test-kit.ts';

async function proofOf(authentication: ClientAuthentication): Promise<OutgoingForm> {
  const body = new URLSearchParams({ token: 'x' });
  const form = { url: `${issuer}/introspect`, issuer, now: now * 1000, body, headers: new Headers() };
  await authentication.prove(form);
  return form;
}

function faultsOf(make: () => unknown): readonly string[] {
  try {
    make();
  } catch (error) {
    return (error as ConfigurationError).faults.map(({ code, option }) => `${option} ${code}`);
  }
  return [];
}

describe('a client secret', () => {
  // The vector was computed by hand from RFC 6749 §2.3.1 and appendix B.
  it.each([
    ['client:1', 'p@ss w%rd+/=', 'Y2xpZW50JTNBMTpwJTQwc3MrdyUyNXJkJTJCJTJGJTNE'],
    ['inventory', 'plain', Buffer.from('inventory:plain').toString('base64')],
    ['inventory', 'grün', Buffer.from('inventory:gr%C3%BCn').toString('base64')],
  ])('of %s is sent as HTTP Basic, each part form-encoded', async (clientId, secret, expected) => {
    const form = await proofOf(clientSecret({ clientId, clientSecret: new Secret(secret) }));
    expect(form.headers.get('authorization')).toBe(`Basic ${expected}`);
    expect([...form.body.keys()]).toEqual(['token']);
  });

  const good = { clientId: 'inventory', clientSecret: new Secret('secret') };
  it.each<[string, object, readonly string[]]>([
    ['nothing to object to', {}, []],
    ['a secret as text', { clientSecret: 'secret' }, ['clientSecret CONFIG_INVALID']],
    ['an empty secret', { clientSecret: new Secret('') }, ['clientSecret CONFIG_MISSING']],
    ['the line end of a file', { clientSecret: new Secret('secret\n') }, ['clientSecret CONFIG_INVALID']],
    ['no client id', { clientId: undefined }, ['clientId CONFIG_MISSING']],
    ['a line end in the client id', { clientId: 'a\nb' }, ['clientId CONFIG_MISSING']],
    ['a misspelt option', { secret: 'x' }, ['secret CONFIG_UNKNOWN_OPTION']],
    ['several faults', { clientId: 1, clientSecret: 2 }, ['clientId CONFIG_MISSING', 'clientSecret CONFIG_INVALID']],
  ])('with %s', (_name, changes, expected) => {
    expect(faultsOf(() => clientSecret({ ...good, ...changes } as never))).toEqual(expected);
  });

  it('is in nothing that can be printed', () => {
    expect(JSON.stringify(clientSecret({ clientId: 'a', clientSecret: new Secret('canary') }))).not.toContain('canary');
  });
});

describe('a signed client assertion', () => {
  const { privateKey } = signingKey('ES256');
  const good = { clientId: 'inventory', key: privateKey, algorithm: 'ES256' } as const;

  it('names the issuer as its only audience, lives a minute, and says what it is', async () => {
    const { body, headers } = await proofOf(privateKeyJwt({ ...good, keyId: 'mine' }));
    expect(body.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    const assertion = body.get('client_assertion') ?? '';
    expect(decodeProtectedHeader(assertion)).toEqual({ typ: 'client-authentication+jwt', alg: 'ES256', kid: 'mine' });
    const options = { currentDate: new Date(now * 1000), audience: issuer, typ: 'client-authentication+jwt' };
    const { payload } = await jwtVerify(assertion, createPublicKey(privateKey), options);
    const { jti, ...rest } = payload;
    expect(rest).toEqual({ iss: 'inventory', sub: 'inventory', aud: issuer, iat: now, exp: now + 60 });
    expect(jti).toMatch(/^[0-9a-f-]{36}$/);
    expect([...headers.keys()]).toEqual([]);
  });

  it('is another one for every request, and names no key unless it was told one', async () => {
    const authentication = privateKeyJwt(good);
    const [one, other] = await Promise.all([proofOf(authentication), proofOf(authentication)]);
    const assertion = one.body.get('client_assertion') ?? '';
    expect(assertion).not.toBe(other.body.get('client_assertion'));
    expect(decodeProtectedHeader(assertion)).not.toHaveProperty('kid');
  });

  it.each<[string, object, readonly string[]]>([
    ['nothing to object to', {}, []],
    ['a symmetric algorithm', { algorithm: 'HS256' }, ['algorithm CONFIG_INVALID']],
    ['an algorithm of another key', { algorithm: 'RS256' }, ['key CONFIG_KEY_REFUSED']],
    ['a public key', { key: createPublicKey(privateKey) }, ['key CONFIG_KEY_REFUSED']],
    ['a key as text', { key: 'PEM' }, ['key CONFIG_KEY_REFUSED']],
    ['an empty key id', { keyId: '' }, ['keyId CONFIG_INVALID']],
    ['a misspelt option', { kid: 'x' }, ['kid CONFIG_UNKNOWN_OPTION']],
    ['several faults', { clientId: '', algorithm: 'none' }, ['clientId CONFIG_MISSING', 'algorithm CONFIG_INVALID']],
  ])('with %s', (_name, changes, expected) => {
    expect(faultsOf(() => privateKeyJwt({ ...good, ...changes } as never))).toEqual(expected);
  });
});
