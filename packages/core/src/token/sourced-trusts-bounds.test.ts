/** An issuer source under attack, and at its end: bounded questions, bounded memory, nothing left behind. */
import { expect, test } from 'vitest';
import type { IssuerOptions } from './issuer-options.ts';
import type { IssuerCacheOptions } from './issuer-source.ts';
import { createSourcedTrusts, defaultIssuerCache } from './sourced-trusts.ts';
import { a, known, other, recordOf, sourced, tokenOf } from './sourced-trusts.test-kit.ts';
import { runtimeWith } from './token.test-kit.ts';

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

test('a source that compares loosely is told of once a second, however an issuer is written', async () => {
  const { clock, notices, find } = sourced(() => recordOf(a));
  for (let index = 0; index < 100; index += 1) await find(`${a}/${index}`);
  expect(notices.map(({ code }) => code)).toEqual(['ISSUER_RECORD_REFUSED']);
  clock.at = 1_000;
  expect(await find('https://A.test')).toMatchObject({ reason: 'INTERNAL_FAULT' });
  expect(notices[1]?.facts).toMatchObject({ issuer: 'https://A.test', mistakesSinceStart: 101 });
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

test('a flood of issuers that a loose source answers for puts none to rest whose tokens are good', async () => {
  const { clock, verify, find, trusts } = sourced(known, { maximumIssuers: 3 });
  for (const name of ['one', 'two']) expect((await verify(tokenOf(`${a}/${name}`))).ok).toBe(true);
  const before = await Promise.all([find(`${a}/one`), find(`${a}/two`)]);
  for (let index = 0; index < 20; index += 1) {
    expect((await verify(tokenOf(`${a}/evil/${index}`, other))).ok).toBe(false);
    await find(`${a}/invented/${index}`);
  }
  clock.at = 59_999;
  const [one, two] = before;
  expect(trusts.find(`${a}/one`)).toBe(one);
  expect(trusts.find(`${a}/two`)).toBe(two);
  // Among those that have shown one, it is the order of use that counts.
  for (const name of ['three', 'four']) expect((await verify(tokenOf(`${a}/${name}`))).ok).toBe(true);
  expect(trusts.find(`${a}/two`)).toBe(two);
  expect(trusts.find(`${a}/one`)).not.toBe(one);
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
