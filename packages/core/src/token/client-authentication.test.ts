import { createPublicKey, X509Certificate } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { root, svid } from '../certificate/certificate.test-kit.ts';
import { thumbprintOf } from '../certificate/thumbprint.ts';
import type { ConfigurationError } from '../errors/configuration-error.ts';
import { Secret } from '../errors/secret.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import type { SigningKey } from '../signature/signing-keys.ts';
import type { ClientAuthentication, OutgoingForm } from './client-authentication.ts';
import { clientSecret } from './client-secret.ts';
import { jwtSvidAssertion } from './jwt-svid-assertion.ts';
import { privateKeyJwt } from './private-key-jwt.ts';
import { renewClientProof } from './renew-client-proof.ts';
import { selfSignedTlsClientAuth, tlsClientAuth } from './tls-client-auth.ts';
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
    ['a secret of two lines', { clientSecret: new Secret('one\ntwo') }, ['clientSecret CONFIG_INVALID']],
    ['the line end of a file', { clientSecret: new Secret('secret\n') }, ['clientSecret CONFIG_INVALID']],
    ['its place in the form', { method: 'post' }, []],
    ['its age', { issuedAt: '2026-01-01' }, []],
    ['a source', { clientSecret: { read: () => ({ secret: new Secret('s') }) } }, []],
    ['a function', { clientSecret: () => new Secret('s') }, []],
    ['a method of another name', { method: 'client_secret_post' }, ['method CONFIG_INVALID']],
    ['an encoding of another name', { encoding: 'raw' }, ['encoding CONFIG_INVALID']],
    ['a colon that nothing encodes', { encoding: 'none', clientId: 'a:b' }, ['encoding CONFIG_CONFLICT']],
    ['an encoding without Basic', { encoding: 'none', method: 'post' }, ['encoding CONFIG_CONFLICT']],
    ['an age that is no date', { issuedAt: 'last year' }, ['issuedAt CONFIG_INVALID']],
    ['an age beside a source', { issuedAt: '2026-01-01', clientSecret: () => 's' }, ['issuedAt CONFIG_CONFLICT']],
    ['no client id', { clientId: undefined }, ['clientId CONFIG_MISSING']],
    ['a line end in the client id', { clientId: 'a\nb' }, ['clientId CONFIG_MISSING']],
    ['a misspelt option', { secret: 'x' }, ['secret CONFIG_UNKNOWN_OPTION']],
    ['several faults', { clientId: 1, clientSecret: 2 }, ['clientId CONFIG_MISSING', 'clientSecret CONFIG_INVALID']],
  ])('with %s', (_name, changes, expected) => {
    expect(faultsOf(() => clientSecret({ ...good, ...changes } as never))).toEqual(expected);
  });

  it('is sent in the form instead, and nowhere else, when it is told to', async () => {
    const secret = new Secret('p@ss w%rd+/=');
    const { headers, body } = await proofOf(
      clientSecret({ clientId: 'client:1', clientSecret: secret, method: 'post' }),
    );
    expect([...headers.keys()]).toEqual([]);
    expect(Object.fromEntries(body)).toEqual({ token: 'x', client_id: 'client:1', client_secret: 'p@ss w%rd+/=' });
  });

  it('is not encoded for a server that does not decode it', async () => {
    const secret = new Secret('p@ss w%rd+/=');
    const { headers } = await proofOf(clientSecret({ clientId: 'c', clientSecret: secret, encoding: 'none' }));
    expect(headers.get('authorization')).toBe(`Basic ${Buffer.from('c:p@ss w%rd+/=').toString('base64')}`);
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

  it('is signed by the key of this moment when keys rotate, and by none when there is none', async () => {
    const next = signingKey('EdDSA', 'next');
    let found: SigningKey | undefined;
    const authentication = privateKeyJwt({ clientId: 'inventory', keys: { find: () => found } });
    await expect((async () => proofOf(authentication))()).rejects.toThrow('no key');
    found = { keyId: 'first', key: { keyObject: privateKey, algorithm: 'ES256' } };
    const first = (await proofOf(authentication)).body.get('client_assertion') ?? '';
    found = { keyId: 'second', key: { keyObject: next.privateKey, algorithm: 'EdDSA' } };
    const second = (await proofOf(authentication)).body.get('client_assertion') ?? '';
    const options = { currentDate: new Date(now * 1000), audience: issuer };
    expect((await jwtVerify(first, createPublicKey(privateKey), options)).protectedHeader.kid).toBe('first');
    expect((await jwtVerify(second, createPublicKey(next.privateKey), options)).protectedHeader.kid).toBe('second');
  });

  it('names another audience only when the operator writes it', async () => {
    const legacyAudience = 'https://issuer.test/token';
    const { body } = await proofOf(privateKeyJwt({ ...good, legacyAudience }));
    const assertion = body.get('client_assertion') ?? '';
    expect(decodeJwt(assertion).aud).toBe(legacyAudience);
    expect(decodeProtectedHeader(assertion)).toEqual({ typ: 'JWT', alg: 'ES256' });
  });

  it('names the certificate of its key for a server that looks for that', async () => {
    const { keyPem, pem: certificate } = svid(root());
    const options = { clientId: 'inventory', key: new Secret(keyPem), algorithm: 'ES256', certificate } as const;
    const { body } = await proofOf(privateKeyJwt(options));
    expect(decodeProtectedHeader(body.get('client_assertion') ?? '')).toMatchObject({
      'x5t#S256': thumbprintOf(new X509Certificate(certificate)),
    });
    const faults = (changes: object) => faultsOf(() => privateKeyJwt({ ...options, ...changes } as never));
    expect(faults({})).toEqual([]);
    expect(faults({ key: privateKey })).toEqual(['certificate CONFIG_INVALID']);
    expect(faults({ certificate: 'PEM' })).toEqual(['certificate CONFIG_INVALID']);
    expect(faults({ certificate: keyPem })).toEqual(['certificate CONFIG_INVALID']);
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
    ['no key', { key: undefined }, ['key CONFIG_MISSING']],
    [
      'neither key nor algorithm',
      { key: undefined, algorithm: undefined },
      ['key CONFIG_MISSING', 'algorithm CONFIG_INVALID'],
    ],
    ['an empty key id', { keyId: '' }, ['keyId CONFIG_INVALID']],
    ['an audience of old servers', { legacyAudience: 'https://issuer.test/token' }, []],
    ['an audience that is no address', { legacyAudience: 'issuer' }, ['legacyAudience CONFIG_INVALID']],
    ['an audience on http', { legacyAudience: 'http://issuer.test' }, ['legacyAudience CONFIG_INVALID']],
    ['an audience with a fragment', { legacyAudience: 'https://issuer.test/#a' }, ['legacyAudience CONFIG_INVALID']],
    ['keys beside a key', { keys: { find: () => undefined } }, ['key CONFIG_CONFLICT', 'algorithm CONFIG_CONFLICT']],
    ['keys that cannot be asked', { keys: {}, key: undefined, algorithm: undefined }, ['keys CONFIG_INVALID']],
    ['a list of keys', { keys: [], key: undefined, algorithm: undefined }, ['keys CONFIG_INVALID']],
    ['a misspelt option', { kid: 'x' }, ['kid CONFIG_UNKNOWN_OPTION']],
    ['several faults', { clientId: '', algorithm: 'none' }, ['clientId CONFIG_MISSING', 'algorithm CONFIG_INVALID']],
  ])('with %s', (_name, changes, expected) => {
    expect(faultsOf(() => privateKeyJwt({ ...good, ...changes } as never))).toEqual(expected);
  });
});

describe.each([
  ['tlsClientAuth', tlsClientAuth],
  ['selfSignedTlsClientAuth', selfSignedTlsClientAuth],
])('the certificate of the connection, by %s', (_name, method) => {
  it('needs nothing in the request but the client id (RFC 8705 §2)', async () => {
    const authentication = method({ clientId: 'inventory' });
    const { headers, body } = await proofOf(authentication);
    expect(authentication.needsCertificate).toBe(true);
    expect([...headers.keys()]).toEqual([]);
    expect(Object.fromEntries(body)).toEqual({ token: 'x', client_id: 'inventory' });
  });

  it.each<[string, unknown, readonly string[]]>([
    ['nothing to object to', { clientId: 'inventory' }, []],
    ['no client id', {}, ['clientId CONFIG_MISSING']],
    ['a line end in it', { clientId: 'a\n' }, ['clientId CONFIG_MISSING']],
    ['a key that belongs to tls', { clientId: 'a', key: 'x' }, ['key CONFIG_UNKNOWN_OPTION']],
    ['no options', undefined, ['clientId CONFIG_MISSING']],
    ['a client id alone', 'orders', ['options CONFIG_INVALID', 'clientId CONFIG_MISSING']],
  ])('with %s', (_title, options, expected) => {
    expect(faultsOf(() => method(options as never))).toEqual(expected);
  });
});

describe('a JWT-SVID as client assertion', () => {
  const clientId = 'spiffe://prod.test/inventory';
  const source = { jwtSvid: (audience: string) => ({ token: new Secret(`svid for ${audience}`) }) };
  const same = new Secret('the same one each time');
  const fail = (): never => {
    throw new Error('down');
  };
  const oneAndThenNone = (): (() => object) => {
    let left = 1;
    return () => ((left -= 1) === 0 ? { token: same } : Promise.reject(new Error('down')));
  };

  it.each([
    [undefined, 'urn:ietf:params:oauth:client-assertion-type:jwt-spiffe'],
    ['jwt-spiffe', 'urn:ietf:params:oauth:client-assertion-type:jwt-spiffe'],
    ['jwt-bearer', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
  ] as const)(
    'is for the issuer identifier and nothing else, and is sent as what it is: %s',
    async (type, expected) => {
      const assertionType = type === undefined ? {} : { assertionType: type };
      const { headers, body } = await proofOf(jwtSvidAssertion({ clientId, source, ...assertionType }));
      expect([...headers.keys()]).toEqual([]);
      expect(Object.fromEntries(body)).toEqual({
        token: 'x',
        client_id: clientId,
        client_assertion_type: expected,
        client_assertion: `svid for ${issuer}`,
      });
    },
  );

  it('that a server refused is replaced, for that server and once per new SVID', async () => {
    const current = new Map<string, Secret>();
    const refused: unknown[] = [];
    const rejecting = {
      jwtSvid: (audience: string) => {
        const token = current.get(audience) ?? new Secret(`svid for ${audience}`);
        current.set(audience, token);
        return { token };
      },
      reject: ({ token, audience }: { token: Secret; audience: readonly string[] }) => {
        refused.push([token.expose(), audience]);
        if (current.get(issuer) === token) current.set(issuer, new Secret(`second svid for ${issuer}`));
      },
    };
    const authentication = jwtSvidAssertion({ clientId, source: rejecting });
    expect(await authentication.renew?.(issuer)).toBe(false);
    await proofOf(authentication);
    expect(await authentication.renew?.('https://other.test')).toBe(false);
    expect(refused).toEqual([]);
    expect(await authentication.renew?.(issuer)).toBe(true);
    expect(refused).toEqual([[`svid for ${issuer}`, [issuer]]]);
    expect((await proofOf(authentication)).body.get('client_assertion')).toBe(`second svid for ${issuer}`);
  });

  it.each<[string, object]>([
    ['has no other', { jwtSvid: () => ({ token: same }), reject: () => {} }],
    ['throws', { jwtSvid: () => ({ token: same }), reject: fail }],
    ['has none', { jwtSvid: oneAndThenNone(), reject: () => {} }],
    ['cannot be told', { jwtSvid: () => ({ token: new Secret('another one each time') }) }],
  ])('stays refused when the source %s', async (_case, answering) => {
    const authentication = jwtSvidAssertion({ clientId, source: answering as never });
    await proofOf(authentication);
    expect(await renewClientProof(authentication, issuer)).toBe(false);
  });

  it('may take time, and fails when there is none', async () => {
    const slow = { jwtSvid: async () => ({ token: new Secret('late') }) };
    expect((await proofOf(jwtSvidAssertion({ clientId, source: slow }))).body.get('client_assertion')).toBe('late');
    const none = { jwtSvid: () => Promise.reject(new Error('no SVID')) };
    await expect(proofOf(jwtSvidAssertion({ clientId, source: none }))).rejects.toThrow('no SVID');
  });

  it.each<[string, object, readonly string[]]>([
    ['nothing to object to', {}, []],
    ['no source', { source: undefined }, ['source CONFIG_MISSING']],
    ['a token in place of a source', { source: new Secret('t') }, ['source CONFIG_MISSING']],
    ['no client id', { clientId: '' }, ['clientId CONFIG_MISSING']],
    ['a whole URN', { assertionType: 'urn:ietf:params:oauth' }, ['assertionType CONFIG_INVALID']],
    ['a misspelt option', { audience: 'x' }, ['audience CONFIG_UNKNOWN_OPTION']],
  ])('with %s', (_name, changes, expected) => {
    expect(faultsOf(() => jwtSvidAssertion({ clientId, source, ...changes } as never))).toEqual(expected);
  });
});
