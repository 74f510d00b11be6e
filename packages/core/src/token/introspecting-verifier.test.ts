import { describe, expect, it } from 'vitest';
import { AskedIssuer, answerWith, askedRecord } from './introspection.test-kit.ts';
import { withIntrospection } from './introspecting-verifier.ts';
import type { IssuerRecord } from './issuer.ts';
import { claimsWith, issuer, now, recordWith, tokenWith, verifierFor } from './token.test-kit.ts';
import { createTrusts } from './trusts.ts';
import type { TokenVerifier } from './token-verifier.ts';

const digest = 'a'.repeat(43);
const other = 'b'.repeat(43);

function bench(record: IssuerRecord = askedRecord()): { asked: AskedIssuer; verifier: TokenVerifier } {
  const asked = new AskedIssuer();
  const runtime = asked.runtime();
  const settings = { records: [record], areAll: true, trusts: createTrusts([record], runtime) };
  return { asked, verifier: withIntrospection(verifierFor([record], runtime), settings, runtime) };
}

describe('a token that is no JWT', () => {
  it.each(['opaque', 'ya29.with-one-dot', 'five.segments.are.an.encrypted-one', '.', 'a=='])(
    'is what its issuer says about it: %s',
    async (token) => {
      const { asked, verifier } = bench();
      const judged = await verifier.verify(token);
      expect(judged).toMatchObject({ ok: true, value: { type: 'opaque', record: { issuer } } });
      expect(judged.ok && [judged.value.algorithm, judged.value.keyId]).toEqual([undefined, undefined]);
      expect(asked.questions.map(({ body }) => body.get('token'))).toEqual([token]);
    },
  );

  it.each([
    ['is too long', 'a'.repeat(8_193), 'TOKEN_MALFORMED'],
    ['has three segments, and is none', 'not.a.jwt', 'TOKEN_MALFORMED'],
    ['has three empty segments', '..', 'TOKEN_MALFORMED'],
    ['is a JWT of an issuer nobody knows', tokenWith({ iss: 'https://evil.test' }), 'TOKEN_ISSUER_UNKNOWN'],
    ['is a JWT that was altered', tokenWith().replace(/.{8}$/, 'AAAAAAAA'), 'TOKEN_SIGNATURE_INVALID'],
    ['is a good JWT', tokenWith(), undefined],
  ])('nobody is asked about one that %s', async (_name, token, reason) => {
    const { asked, verifier } = bench();
    const judged = await verifier.verify(token);
    expect(judged.ok ? undefined : judged.reason).toBe(reason);
    expect(asked.questions).toEqual([]);
  });

  it('is refused as malformed when no issuer is to be asked', async () => {
    const { asked, verifier } = bench(recordWith());
    expect(await verifier.verify('opaque')).toMatchObject({ ok: false, reason: 'TOKEN_MALFORMED' });
    expect(asked.questions).toEqual([]);
  });
});

describe('a JWT whose issuer is asked as well', () => {
  const record = askedRecord({ tokens: 'all' });

  it.each([
    ['a plain yes', { active: true }],
    ['a whole answer', answerWith()],
  ])('is accepted on %s, as the JWT that it is', async (_name, answer) => {
    const { asked, verifier } = bench(record);
    asked.answer = () => Response.json(answer);
    const judged = await verifier.verify(tokenWith());
    expect(judged).toMatchObject({ ok: true, value: { type: 'at+jwt', algorithm: 'ES256', token: { jti: 'jti-1' } } });
    expect(judged.ok && [...judged.value.token.scopes]).toEqual(['inventory:read']);
  });

  it.each<[string, object, string]>([
    ['it is not active any more', { active: false }, 'TOKEN_INACTIVE'],
    ['the answer is about another client', { client_id: 'web' }, 'TOKEN_INACTIVE'],
    ['the answer is about another token', { jti: 'jti-2' }, 'TOKEN_INACTIVE'],
    ['the answer is about another subject', { sub: 'mallory' }, 'TOKEN_INACTIVE'],
    ['the answer names an actor that the token does not', { act: { sub: 'web' } }, 'TOKEN_INACTIVE'],
    ['the answer is for another service', { aud: 'https://payments.test' }, 'TOKEN_AUDIENCE_MISMATCH'],
    ['the answer has expired', { exp: now - 31 }, 'TOKEN_EXPIRED'],
    ['the answer is of another issuer', { iss: 'https://other.test' }, 'TOKEN_ISSUER_UNKNOWN'],
    ['the answer is bound to another key', { cnf: { 'x5t#S256': other } }, 'BINDING_MISMATCH'],
    ['the answer is none', { active: 'true' }, 'INTROSPECTION_UNAVAILABLE'],
  ])('is refused when %s', async (_name, changes, reason) => {
    const { asked, verifier } = bench(record);
    asked.answer = () => Response.json({ active: true, iat: now - 300, ...changes });
    expect(await verifier.verify(tokenWith({ cnf: { 'x5t#S256': digest } }))).toMatchObject({ ok: false, reason });
  });

  it('is narrowed by the answer, and never widened', async () => {
    const { asked, verifier } = bench(record);
    asked.answer = () => Response.json({ active: true, exp: now + 20, scope: 'inventory:read admin', roles: ['root'] });
    const judged = await verifier.verify(tokenWith({ scope: 'inventory:read inventory:write' }));
    if (!judged.ok) throw new Error(judged.reason);
    const { scopes, roles, expiresAt } = judged.value.token;
    expect([[...scopes], roles, expiresAt]).toEqual([['inventory:read'], [], (now + 20) * 1000]);
    expect(() => (scopes as Set<string>).add('admin')).toThrow('cannot be changed');
  });

  it('counts when the answer names the same token, subject and actor', async () => {
    const { asked, verifier } = bench(record);
    const names = { jti: 'jti-1', sub: 'ada', act: { sub: 'web' } };
    asked.answer = () => Response.json({ active: true, ...names });
    expect(await verifier.verify(tokenWith(names))).toMatchObject({ ok: true });
    expect(await verifier.verify(tokenWith({ ...names, act: { sub: 'till' } }))).toMatchObject({
      ok: false,
      reason: 'TOKEN_INACTIVE',
    });
  });

  it('is bound to every key that token and answer name', async () => {
    const { asked, verifier } = bench(record);
    asked.answer = () => Response.json({ active: true, cnf: { 'x5t#S256': digest, jkt: other } });
    const judged = await verifier.verify(tokenWith({ cnf: { 'x5t#S256': digest } }));
    expect(judged.ok && judged.value.token.confirmation).toEqual({ certificate: digest, key: other });
  });

  it('is not asked about before it has verified here', async () => {
    const { asked, verifier } = bench(record);
    await verifier.verify(tokenWith({ exp: now - 300, iat: now - 600 }));
    await verifier.verify(tokenWith(claimsWith({ aud: 'https://payments.test' })));
    expect(asked.questions).toEqual([]);
  });

  it('of an issuer that a source named is asked about, too', async () => {
    const asked = new AskedIssuer();
    const runtime = asked.runtime();
    asked.answer = () => Response.json({ active: false });
    const verifier = withIntrospection(
      verifierFor([record], runtime),
      { records: [], areAll: false, trusts: createTrusts([record], runtime) },
      runtime,
    );
    expect(await verifier.verify(tokenWith())).toMatchObject({ ok: false, reason: 'TOKEN_INACTIVE' });
    expect(await verifier.verify('opaque')).toMatchObject({ ok: false, reason: 'TOKEN_MALFORMED' });
  });
});

it('a service is ready when the endpoint is known, and asks nobody after it closed', async () => {
  const { asked, verifier } = bench();
  await verifier.ready();
  expect(asked.metadataRequests).toBe(1);
  await verifier.close();
  expect(await verifier.verify('opaque')).toMatchObject({ ok: false, reason: 'INTROSPECTION_UNAVAILABLE' });
});
