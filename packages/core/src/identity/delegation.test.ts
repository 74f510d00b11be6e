import { describe, expect, test } from 'vitest';
import { maximumActors, parseActors, parseMayAct } from './delegation.ts';

/** Actors of this depth, outermost `a0`. */
function nested(depth: number): unknown {
  let act: unknown;
  for (let level = depth - 1; level >= 0; level -= 1) act = { sub: `a${level}`, ...(act !== undefined && { act }) };
  return act;
}

describe('the actors of a token', () => {
  test.each([
    ['no claim', undefined, []],
    ['one', { sub: 'orders' }, ['orders']],
    ['outermost first', { sub: 'orders', act: { sub: 'gateway' } }, ['orders', 'gateway']],
    ['with claims that say nothing here', { sub: 'orders', iss: 'https://issuer.test', nbf: 1 }, ['orders']],
    ['a long name', { sub: 'a'.repeat(2_048) }, ['a'.repeat(2_048)]],
    ['as many as are permitted', nested(maximumActors), Array.from({ length: maximumActors }, (_, at) => `a${at}`)],
  ])('are read: %s', (_title, act, actors) => {
    expect(parseActors(act)).toEqual({ ok: true, value: actors });
  });

  test.each([
    ['one too many', nested(maximumActors + 1)],
    ['two hundred', nested(200)],
    ['a text', 'orders'],
    ['null', null],
    ['a list', [{ sub: 'orders' }]],
    ['a number', 1],
    ['false', false],
    ['no sub', {}],
    ['an empty sub', { sub: '' }],
    ['a sub that is a list', { sub: ['orders'] }],
    ['a sub that is an object', { sub: { sub: 'orders' } }],
    ['a sub of a megabyte', { sub: 'a'.repeat(1_000_000) }],
    ['a sub that is one character too long', { sub: 'a'.repeat(2_049) }],
    ['a megabyte deep inside', { sub: 'orders', act: { sub: 'a'.repeat(1_000_000) } }],
    ['an inner actor without sub', { sub: 'orders', act: { iss: 'x' } }],
    ['an inner actor that is null', { sub: 'orders', act: null }],
    ['an inner actor that is a text', { sub: 'orders', act: 'gateway' }],
  ])('are refused: %s', (_title, act) => {
    expect(parseActors(act)).toMatchObject({ ok: false, reason: 'ACTOR_CHAIN_TOO_LONG', detail: { check: 'act' } });
  });

  test('are refused when the chain is a circle', () => {
    const circle: { sub: string; act?: unknown } = { sub: 'orders' };
    circle.act = circle;
    expect(parseActors(circle).ok).toBe(false);
  });

  test('are frozen', () => {
    const read = parseActors({ sub: 'orders' });
    expect(read.ok && Object.isFrozen(read.value)).toBe(true);
  });
});

describe('who may act', () => {
  test.each([
    ['nobody is named', undefined, undefined],
    ['a subject', { sub: 'orders' }, { subject: 'orders' }],
    ['a client', { client_id: 'orders' }, { clientId: 'orders' }],
    [
      'all of it, and what says nothing here',
      { sub: 'orders', iss: 'https://issuer.test', client_id: 'o', email: 'x' },
      { subject: 'orders', issuer: 'https://issuer.test', clientId: 'o' },
    ],
  ])('is read: %s', (_title, claim, value) => {
    expect(parseMayAct(claim)).toEqual({ ok: true, value });
  });

  test.each([
    ['a text', 'orders'],
    ['null', null],
    ['a list', [{ sub: 'orders' }]],
    ['true', true],
    ['nobody', {}],
    ['an issuer alone', { iss: 'https://issuer.test' }],
    ['an empty sub', { sub: '' }],
    ['a sub that is a list', { sub: ['orders'] }],
    ['a client that is no text', { sub: 'orders', client_id: 1 }],
    ['an issuer that is null', { sub: 'orders', iss: null }],
    ['a name of a megabyte', { sub: 'a'.repeat(1_000_000) }],
  ])('is refused: %s', (_title, claim) => {
    expect(parseMayAct(claim)).toMatchObject({
      ok: false,
      reason: 'ACTOR_CHAIN_TOO_LONG',
      detail: { check: 'may_act' },
    });
  });
});
