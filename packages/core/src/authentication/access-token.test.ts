import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { factsWith } from '../enforcement/pipeline.test-kit.ts';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { reasons } from '../errors/reason.ts';
import { Secret } from '../errors/secret.ts';
import type { PeerCertificate } from '../credential/request-facts.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import { issuer, now, runtimeWith, tokenWith } from '../token/token.test-kit.ts';
import { type AccessTokenOptions } from './access-token-options.ts';
import { accessToken } from './access-token.ts';

const jwk = signingKey('ES256').jwk;
const jwks = { keys: [jwk] };
const bound = (options: AccessTokenOptions = { issuer, jwks }) => accessToken(options).bind(runtimeWith());
const credential = (token: string) => ({ kind: 'bearer-token', token: new Secret(token) }) as const;

test('a token becomes an identity: the client calls, and sub is a subject when it names somebody else', async () => {
  const judged = await bound().authenticate(credential(tokenWith({ sub: 'user-1', roles: ['r'] })), factsWith());
  expect(judged).toMatchObject({
    ok: true,
    value: {
      workload: `oauth:${issuer}#orders`,
      trustDomain: issuer,
      subject: { issuer, id: 'user-1' },
      actors: [],
      scopes: new Set(['inventory:read']),
      roles: ['r'],
      expiresAt: (now + 290 + 30) * 1000,
      assurance: 'medium',
      evidence: { kind: 'access-token', clientId: 'orders', algorithm: 'ES256', keyId: 'key-1', binding: 'none' },
    },
  });
  expect(judged.ok && 'tenant' in judged.value).toBe(false);
});

test('a client that calls for itself has no subject', async () => {
  const judged = await bound().authenticate(credential(tokenWith()), factsWith());
  expect(judged.ok && 'subject' in judged.value).toBe(false);
});

test('the outermost actor is the caller', async () => {
  const token = tokenWith({ sub: 'user-1', act: { sub: 'gateway', act: { sub: 'web' } } });
  expect(await bound().authenticate(credential(token), factsWith())).toMatchObject({
    value: { workload: `oauth:${issuer}#gateway`, subject: { id: 'user-1' }, actors: ['gateway', 'web'] },
  });
});

test('an actor that acts for itself has no subject', async () => {
  const judged = await bound().authenticate(
    credential(tokenWith({ sub: 'gateway', act: { sub: 'gateway' } })),
    factsWith(),
  );
  expect(judged).toMatchObject({ ok: true, value: { workload: `oauth:${issuer}#gateway` } });
  expect(judged.ok && 'subject' in judged.value).toBe(false);
});

test.each([
  ['white space', { client_id: 'orders service' }, 'client_id'],
  ['a line feed', { client_id: 'orders\nadmin' }, 'client_id'],
  ['a letter that looks like another', { client_id: 'оrders' }, 'client_id'],
  ['too many letters', { client_id: 'x'.repeat(2_048) }, 'client_id'],
  ['white space in the actor', { act: { sub: 'a b' } }, 'act.sub'],
])('a caller with %s is none', async (_case, claims, check) => {
  expect(await bound().authenticate(credential(tokenWith(claims)), factsWith())).toMatchObject({
    ok: false,
    reason: 'TOKEN_CLAIM_MISSING',
    detail: { check },
  });
});

const raw = Buffer.from('the DER of a certificate');
const thumbprint = createHash('sha256').update(raw).digest('base64url');
const peer = (tlsAuthorized: boolean, der = raw) =>
  ({ chain: [{ raw: der }], tlsAuthorized }) as unknown as PeerCertificate;

test('a bound token over its certificate is worth more', async () => {
  const facts = factsWith({}, { peerCertificate: peer(true) });
  const token = tokenWith({ cnf: { 'x5t#S256': thumbprint } });
  expect(await bound().authenticate(credential(token), facts)).toMatchObject({
    value: { assurance: 'high', evidence: { binding: 'x5t#S256' } },
  });
});

test.each([
  ['no certificate', undefined, 'BINDING_MISSING'],
  ['a certificate that TLS did not authorize', peer(false), 'BINDING_MISSING'],
  ['another certificate', peer(true, Buffer.from('another')), 'BINDING_MISMATCH'],
] as const)('a bound token over %s is refused', async (_case, peerCertificate, reason) => {
  const facts = factsWith({}, peerCertificate === undefined ? {} : { peerCertificate });
  const token = tokenWith({ cnf: { 'x5t#S256': thumbprint } });
  expect(await bound().authenticate(credential(token), facts)).toMatchObject({ ok: false, reason });
});

test('a token for another service is refused, even when its user is welcome here', async () => {
  const token = tokenWith({ aud: 'https://orders.test', sub: 'user-1' });
  const judged = await bound().authenticate(credential(token), factsWith());
  expect(judged).toMatchObject({ ok: false, reason: 'TOKEN_AUDIENCE_MISMATCH' });
});

test('another kind of credential is not its business', () => {
  const other = { kind: 'client-certificate', peer: peer(true) } as const;
  expect(bound().authenticate(other, factsWith())).toMatchObject({ ok: false, reason: 'CREDENTIAL_UNSUPPORTED' });
});

test('what the caller reads is constant: nothing of the token is in it', async () => {
  for (const token of ['{{canary}}', tokenWith({ iss: 'canary' }), tokenWith({}, { alg: 'canary' })]) {
    const judged = await bound().authenticate(credential(token), factsWith());
    if (judged.ok) throw new Error('accepted');
    expect(reasons[judged.reason].publicSentence).toBe('The token was rejected.');
  }
});

test('an issuer whose keys cannot be had is a 503, and ready() says why', async () => {
  const mechanism = bound({ issuer });
  expect(await mechanism.authenticate(credential(tokenWith()), factsWith())).toMatchObject({
    ok: false,
    reason: 'ISSUER_KEYS_UNAVAILABLE',
  });
  await expect(mechanism.ready?.()).rejects.toThrow('metadata: the connection failed');
  await mechanism.close?.();
});

test('keys are fetched by discovery, once, for many tokens at once', async () => {
  const asked: string[] = [];
  const fetch = async (url: string): Promise<Response> => {
    asked.push(url);
    return Response.json(url.endsWith('/jwks') ? jwks : { issuer, jwks_uri: `${issuer}/jwks` });
  };
  const mechanism = accessToken({ issuer }).bind(runtimeWith({ fetch }));
  const judged = await Promise.all(
    Array.from({ length: 500 }, async () => mechanism.authenticate(credential(tokenWith()), factsWith())),
  );
  expect(judged.every((one) => one.ok)).toBe(true);
  expect(asked).toEqual([`${issuer}/.well-known/openid-configuration`, `${issuer}/jwks`]);
  await mechanism.close?.();
});

test('a header cannot make us fetch anything', async () => {
  const asked: string[] = [];
  const fetch = async (url: string): Promise<Response> => {
    asked.push(url);
    return Response.json(jwks);
  };
  const mechanism = accessToken({ issuer, jwksUri: `${issuer}/jwks` }).bind(runtimeWith({ fetch }));
  const header = { jku: 'http://169.254.169.254/', x5u: 'http://127.0.0.1/', kid: 'https://evil.test/key' };
  const judged = await mechanism.authenticate(credential(tokenWith({}, header)), factsWith());
  expect(judged).toMatchObject({ ok: false, reason: 'TOKEN_KEY_UNKNOWN' });
  expect(asked).toEqual([`${issuer}/jwks`]);
  await mechanism.close?.();
});

test('waivers of every issuer are shown by name', () => {
  const waiver = { reason: 'local', owner: 'platform', expires: '2999-01-01' };
  const { waivers } = accessToken({
    issuers: [
      { issuer, jwks },
      { issuer: 'http://127.0.0.1:1', jwks, allowHttp: waiver },
    ],
  });
  expect(waivers).toEqual({ 'allowHttp(http://127.0.0.1:1)': waiver });
});

test.each<[string, unknown, string[]]>([
  ['nothing', undefined, ['options']],
  ['null', null, ['options']],
  ['a text', issuer, ['options']],
  ['an empty object', {}, ['issuer']],
  ['no issuers', { issuers: [] }, ['issuers']],
  ['issuers that are no list', { issuers: { 0: { issuer } } }, ['issuers']],
  ['an issuer that is null', { issuers: [null] }, ['issuers[0].issuer']],
  ['an issuer twice', { issuers: [{ issuer }, { issuer }] }, ['issuers']],
  ['options beside issuers', { issuers: [{ issuer }], audience: 'x' }, ['audience']],
  [
    'faults in two issuers',
    { issuers: [{ issuer: 'x' }, { issuer, jwks: '' }] },
    ['issuers[0].issuer', 'issuers[1].jwks'],
  ],
])('a start-up error: %s', (_case, options, expected) => {
  try {
    accessToken(options as AccessTokenOptions);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error.faults.map(({ option }) => option)).toEqual(expected);
    return;
  }
  throw new Error('accepted');
});
