import { FaultCollector, parseScopes } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { checkWithin, scopesBeyond } from './scope-limits.ts';

const held = (scopes: string) => parseScopes(scopes) ?? new Set<string>();

describe('what lies beyond the scopes of the subject', () => {
  it.each<[string, string[], string, Record<string, string[]>, string[]]>([
    ['nothing, when it has them all', ['a', 'b'], 'b a c', {}, []],
    ['nothing, when another one covers it', ['pay'], 'checkout', { pay: ['checkout', 'admin'] }, []],
    ['nothing, when it has a scope that another one would cover', ['pay'], 'pay', { pay: ['checkout'] }, []],
    ['one that it does not have', ['a', 'b'], 'a', {}, ['b']],
    ['all, when it has none', ['a', 'b'], '', {}, ['a', 'b']],
    ['one that only begins the same', ['pay'], 'pay:read payment', {}, ['pay']],
    ['one that differs in case', ['pay'], 'PAY', {}, ['pay']],
    ['one whose cover it does not have either', ['pay'], 'browse', { pay: ['checkout'] }, ['pay']],
    ['one that is covered for another', ['pay', 'refund'], 'checkout', { pay: ['checkout'] }, ['refund']],
  ])('%s', (_, scopes, has, within, beyond) => {
    expect(scopesBeyond(scopes, held(has), new Map(Object.entries(within)))).toEqual(beyond);
  });
});

describe('a limit that is none is a fault', () => {
  it.each<[string, unknown, string[]]>([
    ['a list', ['a'], ['within']],
    ['null', null, ['within']],
    ['of a scope that is not asked for', { b: ['x'] }, ['within["b"]']],
    ['an empty list', { a: [] }, ['within["a"]']],
    ['a text', { a: 'x' }, ['within["a"]']],
    ['two scopes in one text', { a: ['x y'] }, ['within["a"]']],
    ['an empty text', { a: [''] }, ['within["a"]']],
  ])('%s', (_, within, options) => {
    const faults = new FaultCollector('a test');
    checkWithin(faults, ['a'], within);
    const thrown = (() => {
      try {
        faults.throwIfAny();
        return [];
      } catch (error) {
        return (error as { faults: { option: string }[] }).faults.map(({ option }) => option);
      }
    })();
    expect(thrown).toEqual(options);
  });
});
