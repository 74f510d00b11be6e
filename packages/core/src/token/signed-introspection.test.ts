import { describe, expect, it } from 'vitest';
import { compactJws, signingKey } from '../signature/signing-key.test-kit.ts';
import { AskedIssuer, answerWith, askedRecord } from './introspection.test-kit.ts';
import { withIntrospection } from './introspecting-verifier.ts';
import { openSignedIntrospection } from './signed-introspection.ts';
import { audience, issuer, now, recordWith, tokenWith, verifierFor } from './token.test-kit.ts';
import { createTrusts } from './trusts.ts';

const key = signingKey('ES256');
const record = recordWith();
const keys = record.keySet;
if (keys === undefined) throw new Error('the record has its keys');
const context = { record, keys, recipients: ['inventory', audience], now: now * 1000 };

/** A good answer, with changes to claims and header. */
function signedAnswer(claims: object = {}, header: object = {}, signer = key): string {
  return compactJws(
    { alg: 'ES256', kid: 'key-1', typ: 'token-introspection+jwt', ...header },
    { iss: issuer, aud: audience, iat: now, token_introspection: answerWith(), ...claims },
    signer,
  );
}

describe('a signed answer', () => {
  it.each<[string, object, object?]>([
    ['for an audience of this service', {}],
    ['for our client id', { aud: 'inventory' }],
    ['for us among others', { aud: ['https://other.test', 'inventory'] }],
    ['with its type in full', {}, { typ: 'application/token-introspection+jwt' }],
    ['that took a minute', { iat: now - 60 }],
    ['by a clock that is ahead within the tolerance', { iat: now + 30 }],
  ])('is opened: %s', async (_name, claims, header) => {
    expect(await openSignedIntrospection(signedAnswer(claims, header), context)).toMatchObject({
      ok: true,
      answer: { active: true, client_id: 'orders' },
    });
  });

  it.each<[string, string]>([
    ['for another service', signedAnswer({ aud: 'https://payments.test' })],
    ['for nobody', signedAnswer({ aud: undefined })],
    ['of another issuer', signedAnswer({ iss: 'https://other.test' })],
    ['kept for later', signedAnswer({ iat: now - 91 })],
    ['made in the future', signedAnswer({ iat: now + 31 })],
    ['without its time', signedAnswer({ iat: undefined })],
    ['with its time as text', signedAnswer({ iat: String(now) })],
    ['that holds no answer', signedAnswer({ token_introspection: undefined })],
    ['that holds a text', signedAnswer({ token_introspection: '{"active":true}' })],
    ['that holds a list', signedAnswer({ token_introspection: [answerWith()] })],
    ['without a type', signedAnswer({}, { typ: undefined })],
    ['of the type of an access token', signedAnswer({}, { typ: 'at+jwt' })],
    ['with another algorithm', signedAnswer({}, { alg: 'HS256' })],
    ['without signature', signedAnswer({}, { alg: 'none' }).replace(/[^.]+$/, '')],
    ['of a key the issuer does not publish', signedAnswer({}, { kid: 'key-2' }, signingKey('ES256', 'key-2'))],
    ['of a foreign key under a known name', signedAnswer({}, {}, signingKey('ES256', 'key-2'))],
    ['that was altered', signedAnswer().replace(/\.[^.]+\./, `.${Buffer.from('{}').toString('base64url')}.`)],
    ['in plain JSON', JSON.stringify(answerWith())],
    ['that is an access token', tokenWith()],
    ['that is empty', ''],
  ])('is none, and says nothing about the token: %s', async (_name, body) => {
    expect(await openSignedIntrospection(body, context)).toMatchObject({ ok: false });
  });
});

describe('a service that asks for signed answers', () => {
  const asking = askedRecord({ signed: true });
  const typed = (body: string, type = 'application/token-introspection+jwt'): Response =>
    new Response(body, { headers: { 'content-type': type } });

  it.each<[string, Response, string | undefined]>([
    ['believes a signed one', typed(signedAnswer()), undefined],
    [
      'judges what is in it',
      typed(signedAnswer({ token_introspection: answerWith({ aud: 'x' }) })),
      'TOKEN_AUDIENCE_MISMATCH',
    ],
    [
      'believes a signed no',
      typed(signedAnswer({ token_introspection: { active: false, scope: 'admin' } })),
      'TOKEN_INACTIVE',
    ],
    ['does not take plain JSON instead', Response.json(answerWith()), 'INTROSPECTION_UNAVAILABLE'],
    [
      'does not take JSON under the name of a signed one',
      typed(JSON.stringify(answerWith())),
      'INTROSPECTION_UNAVAILABLE',
    ],
    [
      'does not take a signed one under another name',
      typed(signedAnswer(), 'application/json'),
      'INTROSPECTION_UNAVAILABLE',
    ],
    ['does not take the answer for another', typed(signedAnswer({ aud: 'web' })), 'INTROSPECTION_UNAVAILABLE'],
  ])('%s', async (_name, answer, reason) => {
    const asked = new AskedIssuer();
    asked.answer = () => answer;
    const runtime = asked.runtime();
    const known = { records: [asking], areAll: true, trusts: createTrusts([asking], runtime) };
    const judged = await withIntrospection(verifierFor([asking], runtime), known, runtime).verify('opaque');
    expect(judged.ok ? undefined : judged.reason).toBe(reason);
    expect(asked.questions[0]?.headers.get('accept')).toBe('application/token-introspection+jwt');
  });
});

it('a signed answer is no access token', async () => {
  const outcome = await verifierFor([record]).verify(signedAnswer({ client_id: 'orders', sub: 'orders', jti: 'x' }));
  expect(outcome).toMatchObject({ ok: false, reason: 'TOKEN_TYPE_UNEXPECTED' });
});
