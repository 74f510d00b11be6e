/** Issuers from a source: asked for by their exact text, believed for a while, and forgotten in time. */
import { describe, expect, it, test } from 'vitest';
import type { IssuerOptions } from './issuer-options.ts';
import { a, key, known, other, recordOf, sourced, tokenOf, type Answer } from './sourced-trusts.test-kit.ts';
import { tokenWith } from './token.test-kit.ts';

describe('an issuer that the source knows', () => {
  it.each<[string, Answer]>([
    ['at once', known],
    ['later', (issuer) => Promise.resolve(known(issuer))],
  ])('is believed, with an answer that comes %s, and asked for once a minute', async (_case, answer) => {
    const { asked, clock, verify } = sourced(answer);
    for (const at of [0, 30_000, 59_999]) {
      clock.at = at;
      expect(await verify(tokenOf(a))).toMatchObject({ ok: true, value: { record: { issuer: a } } });
    }
    expect(asked).toEqual([a]);
    clock.at = 60_000;
    expect((await verify(tokenOf(a))).ok).toBe(true);
    expect(asked).toEqual([a, a]);
  });

  it('is asked for once, however many tokens name it at the same time', async () => {
    const { asked, verify } = sourced((issuer) => Promise.resolve(known(issuer)));
    const tokens = Array.from({ length: 50 }, (_, index) => tokenWith({ iss: a, jti: `${index}` }));
    const outcomes = await Promise.all(tokens.map((token) => verify(token)));
    expect(outcomes.every((outcome) => outcome.ok)).toBe(true);
    expect(asked).toEqual([a]);
  });

  it('is answered at once while it is known', async () => {
    const { trusts, find } = sourced((issuer) => Promise.resolve(known(issuer)));
    await find(a);
    expect(trusts.find(a)).not.toBeInstanceOf(Promise);
  });

  it('stays at work with its judged tokens while its record is the same, even as a new object', async () => {
    const { clock, find } = sourced(known);
    const first = await find(a);
    clock.at = 60_000;
    const second = await find(a);
    expect(first.ok && second.ok && first.value === second.value).toBe(true);
  });

  it('is put to work anew when its record changed, even in the same object: remembered tokens are judged again', async () => {
    const options = { issuer: a, jwks: { keys: [key.jwk as object] } };
    const { clock, verify } = sourced(() => options);
    expect((await verify(tokenOf(a))).ok).toBe(true);
    options.jwks.keys = [other.jwk];
    expect((await verify(tokenOf(a))).ok).toBe(true);
    clock.at = 60_000;
    expect(await verify(tokenOf(a))).toMatchObject({ ok: false, reason: 'TOKEN_KEY_UNKNOWN' });
    expect((await verify(tokenOf(a, other))).ok).toBe(true);
  });

  it('is refused once the source knows it no more, remembered tokens as well', async () => {
    const { clock, state, verify } = sourced(known);
    expect((await verify(tokenOf(a))).ok).toBe(true);
    state.answer = () => undefined;
    clock.at = 60_000;
    expect(await verify(tokenOf(a))).toMatchObject({ ok: false, reason: 'TOKEN_ISSUER_UNKNOWN' });
  });

  it('has keys, audience and profile of its own', async () => {
    const { verify } = sourced((issuer) =>
      issuer === a ? recordOf(a) : recordOf(issuer, { jwks: { keys: [other.jwk] }, audience: 'urn:b' }),
    );
    expect((await verify(tokenOf(a))).ok).toBe(true);
    const forB = { iss: 'https://b.test', aud: 'urn:b' };
    expect((await verify(tokenWith(forB, {}, other))).ok).toBe(true);
    expect(await verify(tokenWith(forB, { kid: 'other' }, key))).toMatchObject({ reason: 'TOKEN_SIGNATURE_INVALID' });
    expect(await verify(tokenOf('https://b.test', other))).toMatchObject({ reason: 'TOKEN_AUDIENCE_MISMATCH' });
  });
});

class Tenant {
  readonly issuer = a;
  jwks: object = { keys: [key.jwk] };
}

class Keys {
  #keys: readonly object[] = [key.jwk];
  get keys(): readonly object[] {
    return this.#keys;
  }
  withdraw(): void {
    this.#keys = [other.jwk];
  }
}

describe('a key that is withdrawn in the very object that the source answers again', () => {
  const tenant = new Tenant();
  const ofTenant = new Tenant();
  const hidden = new Keys();
  it.each<[string, object, () => void]>([
    ['an entity', tenant, () => (tenant.jwks = { keys: [other.jwk] })],
    ['the document of an entity', ofTenant, () => Object.assign(ofTenant.jwks, { keys: [other.jwk] })],
    ['a document that hides its keys', recordOf(a, { jwks: hidden as never }), () => hidden.withdraw()],
  ])('verifies nothing after a minute: %s', async (_case, record, withdraw) => {
    const { clock, verify } = sourced(() => record as IssuerOptions);
    expect((await verify(tokenOf(a))).ok).toBe(true);
    withdraw();
    clock.at = 60_000;
    expect(await verify(tokenOf(a))).toMatchObject({ ok: false, reason: 'TOKEN_KEY_UNKNOWN' });
  });
});

test('a trust domain is asked for by its SPIFFE ID, after the issuer that the token names', async () => {
  const bundle = { profile: 'jwt-svid', trustDomain: 'prod.test', jwks: { keys: [{ ...key.jwk, use: 'jwt-svid' }] } };
  const { asked, verify } = sourced((issuer) =>
    issuer === 'spiffe://prod.test' ? (bundle as IssuerOptions) : undefined,
  );
  const svid = { sub: 'spiffe://prod.test/orders', client_id: undefined, jti: undefined };
  expect((await verify(tokenWith({ ...svid, iss: undefined }, { typ: 'JWT' }))).ok).toBe(true);
  expect((await verify(tokenWith({ ...svid, iss: a }, { typ: 'JWT' }))).ok).toBe(true);
  expect(asked).toEqual(['spiffe://prod.test', a]);
});

describe('an issuer that the source does not know', () => {
  it('is refused, and asked for again after ten seconds', async () => {
    const { asked, clock, verify } = sourced(known);
    const token = tokenOf('https://b.test');
    for (const at of [0, 5_000, 9_999]) {
      clock.at = at;
      expect(await verify(token)).toMatchObject({ ok: false, reason: 'TOKEN_ISSUER_UNKNOWN' });
    }
    expect(asked).toHaveLength(1);
    clock.at = 10_000;
    await verify(token);
    expect(asked).toHaveLength(2);
  });

  it.each<[string, unknown]>([
    ['longer than 2,048 characters', `https://a.test/${'x'.repeat(2_034)}`],
    ['no text', 5],
    ['a list', [a]],
    ['absent', undefined],
  ])('is refused without a question when it is %s', async (_case, iss) => {
    const { asked, verify } = sourced(() => recordOf(a));
    expect(await verify(tokenOf(iss))).toMatchObject({ ok: false, reason: 'TOKEN_ISSUER_UNKNOWN' });
    expect(asked).toEqual([]);
  });

  it('may have 2,048 characters', async () => {
    const longest = `https://a.test/${'x'.repeat(2_033)}`;
    const { asked, find } = sourced(known);
    expect((await find(longest)).ok).toBe(true);
    expect(asked).toEqual([longest]);
  });
});

test.each<[string, Answer, string]>([
  ['of another issuer', () => recordOf('https://b.test'), 'issuer'],
  ['of the issuer with a slash', () => recordOf(`${a}/`), 'issuer'],
  ['without keys that can be used', () => recordOf(a, { jwks: { keys: [] } }), 'jwks'],
  ['with an option nobody knows', () => ({ ...recordOf(a), secret: 'x' }) as unknown as IssuerOptions, 'secret'],
  [
    'with plain http',
    () => recordOf(a, { allowHttp: { reason: 'x', owner: 'y', expires: '2999-01-01' } }),
    'allowHttp',
  ],
  ['that is a text', () => 'https://a.test' as unknown as IssuerOptions, 'issuer'],
  ['that is a list', () => [recordOf(a)] as unknown as IssuerOptions, ''],
])('a record %s is our fault: refused with 500, with a notice and without a pass', async (_case, answer, option) => {
  const { asked, notices, clock, state, find, verify } = sourced(answer);
  expect(await verify(tokenOf(a))).toMatchObject({ ok: false, reason: 'INTERNAL_FAULT' });
  expect(await find(a)).toMatchObject({ ok: false, reason: 'INTERNAL_FAULT' });
  expect(asked).toEqual([a]);
  expect(notices).toMatchObject([{ code: 'ISSUER_RECORD_REFUSED', level: 'error', facts: { issuer: a } }]);
  expect(notices[0]?.facts['problem']).toContain(option);
  state.answer = known;
  clock.at = 1_000;
  expect((await verify(tokenOf(a))).ok).toBe(true);
});

const hostile = {
  get issuer(): string {
    throw new Error('secret');
  },
};

test.each<[string, Answer]>([
  [
    'throws',
    () => {
      throw new Error('database password is hunter2');
    },
  ],
  ['rejects', () => Promise.reject(new Error('database password is hunter2'))],
  ['rejects with nothing', () => Promise.reject(undefined as unknown as Error)],
  ['answers what cannot be read', () => hostile as IssuerOptions],
])(
  'a source that %s is our trouble: 503 with its reason, a pause, and not a word of the error',
  async (_case, answer) => {
    const { asked, notices, clock, state, verify } = sourced(answer);
    const outcome = await verify(tokenOf(a));
    expect(outcome).toMatchObject({ ok: false, reason: 'ISSUER_SOURCE_UNAVAILABLE' });
    expect((await verify(tokenOf(a))).ok).toBe(false);
    expect(asked).toEqual([a]);
    expect(notices).toMatchObject([{ code: 'ISSUER_SOURCE_FAILED', level: 'error', facts: { issuer: a } }]);
    expect(JSON.stringify([outcome, notices])).not.toMatch(/hunter2|secret/);
    state.answer = known;
    clock.at = 1_000;
    expect((await verify(tokenOf(a))).ok).toBe(true);
  },
);

test('while the source is down, issuers in hand go on until their time is over', async () => {
  const { clock, state, verify } = sourced(known);
  expect((await verify(tokenOf(a))).ok).toBe(true);
  state.answer = () => Promise.reject(new Error('down'));
  clock.at = 59_999;
  expect((await verify(tokenOf(a))).ok).toBe(true);
  clock.at = 60_000;
  expect(await verify(tokenOf(a))).toMatchObject({ reason: 'ISSUER_SOURCE_UNAVAILABLE' });
});
