/** Issuers from a source: asked for by their exact text, kept within bounds, and forgotten in time. */
import { describe, expect, it, test } from 'vitest';
import type { MaybePromise, Outcome } from '../errors/outcome.ts';
import type { Notice } from '../runtime/notice.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import type { AnyIssuerOptions, IssuerOptions } from './issuer-options.ts';
import type { IssuerCacheOptions } from './issuer-source.ts';
import { createSourcedTrusts, defaultIssuerCache } from './sourced-trusts.ts';
import { createTokenVerifier, type JudgedToken } from './token-verifier.ts';
import { now, runtimeWith, tokenWith } from './token.test-kit.ts';
import type { Trust } from './trusts.ts';

const key = signingKey('ES256');
const other = signingKey('ES256', 'other');
const jwks = { keys: [key.jwk] };
const a = 'https://a.test';

const recordOf = (issuer: string, more: AnyIssuerOptions = {}) => ({ issuer, jwks, ...more }) as IssuerOptions;

type Answer = (issuer: string) => MaybePromise<IssuerOptions | undefined>;

function sourced(answer: Answer, limits: IssuerCacheOptions = {}) {
  const asked: string[] = [];
  const notices: Notice[] = [];
  const clock = { at: 0, now: () => now * 1000, monotonic: () => clock.at };
  const runtime = runtimeWith({ clock, notify: (notice) => void notices.push(notice) });
  const state = { answer };
  const source = {
    find: (issuer: string) => {
      asked.push(issuer);
      return state.answer(issuer);
    },
  };
  const trusts = createSourcedTrusts({ source, limits: { ...defaultIssuerCache, ...limits } }, runtime);
  const verifier = createTokenVerifier(trusts, runtime);
  const verify = async (token: string): Promise<Outcome<JudgedToken>> => verifier.verify(token);
  const find = async (issuer: string): Promise<Outcome<Trust>> => trusts.find(issuer);
  return { asked, notices, clock, state, trusts, verify, find };
}

const known: Answer = (issuer) => (issuer.startsWith(a) ? recordOf(issuer) : undefined);
const tokenOf = (iss: unknown, signer = key) => tokenWith({ iss }, {}, signer);

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

test('a flood of invented issuers costs one question each, and the issuers in hand stay', async () => {
  const { asked, verify, find } = sourced(known);
  expect((await verify(tokenOf(a))).ok).toBe(true);
  for (let index = 0; index < 12_000; index += 1) await find(`https://evil.test/${index}`);
  for (let index = 11_000; index < 12_000; index += 1) await find(`https://evil.test/${index}`);
  expect(asked).toHaveLength(12_001);
  expect((await verify(tokenOf(a))).ok).toBe(true);
  expect(asked).toHaveLength(12_001);
});

test('a flood on a source that hangs asks at most a hundred questions, and issuers in hand are not delayed', async () => {
  const { asked, state, find, trusts } = sourced(known);
  await find(a);
  let release: (() => void) | undefined;
  const gate = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined);
  });
  state.answer = () => gate;
  const flood = Array.from({ length: 1_000 }, (_, index) => find(`https://evil.test/${index}`));
  expect(trusts.find(a)).toMatchObject({ ok: true });
  expect(asked).toHaveLength(101);
  release?.();
  const reasons = (await Promise.all(flood)).map((outcome) => (outcome.ok ? 'accepted' : outcome.reason));
  expect(reasons.filter((reason) => reason === 'TOKEN_ISSUER_UNKNOWN')).toHaveLength(100);
  expect(reasons.filter((reason) => reason === 'ISSUER_SOURCE_UNAVAILABLE')).toHaveLength(900);
});

test('during such a flood, an issuer in hand whose time is over is asked for again', async () => {
  const { clock, state, find } = sourced(known);
  await find(a);
  const gates: (() => void)[] = [];
  state.answer = (issuer) =>
    new Promise((resolve) => {
      gates.push(() => resolve(known(issuer) as IssuerOptions | undefined));
    });
  clock.at = 60_000;
  const flood = Array.from({ length: 200 }, (_, index) => find(`https://evil.test/${index}`));
  const again = find(a);
  for (const open of gates) open();
  expect((await again).ok).toBe(true);
  expect((await Promise.all(flood)).some((outcome) => outcome.ok)).toBe(false);
});

test('a source that is down is told of once a second, with a count, whoever is asked for', async () => {
  const { clock, notices, find } = sourced(() => Promise.reject(new Error('down')));
  for (let index = 0; index < 100; index += 1) await find(`https://evil.test/${index}\n`);
  expect(notices).toHaveLength(1);
  clock.at = 1_000;
  await find(a);
  expect(notices[1]?.facts).toMatchObject({ issuer: a, failuresSinceStart: 101 });
  expect(notices[0]?.facts['issuer']).not.toContain('\n');
});

/** Issuers whose keys are fetched: whether one is at work shows in whether its fetch is ended. */
function fetching(limits: IssuerCacheOptions) {
  const ended: string[] = [];
  const fetch = (input: string, init?: RequestInit): Promise<Response> =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => {
        ended.push(new URL(input).hostname);
        reject(new Error('aborted'));
      });
    });
  const source = { find: (issuer: string) => ({ issuer, jwksUri: `${issuer}/jwks` }) };
  const trusts = createSourcedTrusts({ source, limits: { ...defaultIssuerCache, ...limits } }, runtimeWith({ fetch }));
  const begin = async (name: string): Promise<void> => {
    const found = await trusts.find(`https://${name}.test`);
    if (!found.ok) throw new Error(found.reason);
    void found.value.keys.find({ keyId: 'x', algorithm: 'ES256' });
    // The fetch begins after the address is known.
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { trusts, begin, ended };
}

test('beyond the bound, the issuer that was used least lately is put to rest', async () => {
  const { trusts, begin, ended } = fetching({ maximumIssuers: 2 });
  await begin('a');
  await begin('b');
  await begin('a');
  await begin('c');
  expect(ended).toEqual(['b.test']);
  await trusts.close();
  expect(ended.sort()).toEqual(['a.test', 'b.test', 'c.test']);
});

test('closing ends every issuer, and begins none: not even one that was asked for before', async () => {
  let answer: ((options: IssuerOptions) => void) | undefined;
  const { trusts, find, asked } = sourced(() => new Promise((resolve) => (answer = resolve)));
  await trusts.ready();
  const late = find(a);
  await trusts.close();
  answer?.(recordOf(a));
  expect(await late).toMatchObject({ ok: false, reason: 'ISSUER_SOURCE_UNAVAILABLE' });
  expect(await find(a)).toMatchObject({ ok: false, reason: 'ISSUER_SOURCE_UNAVAILABLE' });
  expect(asked).toEqual([a]);
  await expect(trusts.ready()).rejects.toThrow('closed');
});
