import { expect, test } from 'vitest';
import { ConfigurationError, FaultCollector } from './configuration-error.ts';

test('all faults come in one error, each with its option, problem, code and fix', () => {
  const faults = new FaultCollector('createThing');
  faults.add('CONFIG_MISSING', 'a', 'is missing', 'add it');
  faults.onlyKnown({ a: 1, b: 2 }, ['a']);
  faults.attempt('nested', () => {
    throw new ConfigurationError('inner', [{ code: 'CONFIG_INVALID', option: 'c', problem: 'x', fix: 'y' }]);
  });
  expect(() => faults.throwIfAny()).toThrow(ConfigurationError);
  try {
    faults.throwIfAny();
  } catch (error) {
    const { faults: list, message } = error as ConfigurationError;
    expect(list.map((fault) => fault.option)).toEqual(['a', 'b', 'nested.c']);
    expect(message).toContain('createThing has 3 faults');
    for (const fault of list)
      expect(message).toContain(`${fault.option}: ${fault.problem} (${fault.code})\n    fix: ${fault.fix}`);
  }
});

test('a step that finds no fault answers, and one that breaks is no fault of the options', () => {
  const faults = new FaultCollector('createThing');
  expect(faults.attempt('nested', () => 7)).toBe(7);
  expect(() =>
    faults.attempt('nested', () => {
      throw new TypeError('broken');
    }),
  ).toThrow(TypeError);
  expect(faults.any).toBe(false);
});

test.each([
  ['', 'options'],
  ['actor.', 'actor'],
])('a text in the place of the options below %j is one fault, and not one for each letter', (prefix, option) => {
  const faults = new FaultCollector('createThing');
  faults.onlyKnown('https://issuer.internal' as unknown as object, ['url'], prefix);
  expect(() => faults.throwIfAny()).toThrow(
    `createThing has a fault:\n  - ${option}: is not an object (CONFIG_INVALID)\n    fix: pass an object; known: url`,
  );
});

test('no fault, no error', () => {
  const faults = new FaultCollector('createThing');
  faults.onlyKnown({ a: 1 }, ['a']);
  expect(() => faults.throwIfAny()).not.toThrow();
});

test.each([
  ['scopes', 'write scope, if that is meant; known: scope, atLeast, issuer'],
  ['atleast', 'write atLeast, if that is meant; known: scope, atLeast, issuer'],
  ['iss', 'write issuer, if that is meant; known: scope, atLeast, issuer'],
  ['isuer', 'write issuer, if that is meant; known: scope, atLeast, issuer'],
  ['is', 'remove it; known: scope, atLeast, issuer'],
  ['', 'remove it; known: scope, atLeast, issuer'],
  ['kind', 'remove it; known: scope, atLeast, issuer'],
])('the fix of the unknown option %j is %j', (name, fix) => {
  const faults = new FaultCollector('createThing');
  faults.onlyKnown({ [name]: 1 }, ['scope', 'atLeast', 'issuer']);
  expect(() => faults.throwIfAny()).toThrow(`fix: ${fix}`);
});
