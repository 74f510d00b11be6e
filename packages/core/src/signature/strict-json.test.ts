import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseStrictJson, type JsonValue } from './strict-json.ts';

/** The same value with ordinary prototypes, for comparison. */
function plain(value: JsonValue | undefined): unknown {
  return JSON.parse(JSON.stringify(value));
}

const nest = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const lists = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

test.each([
  ['an empty object', '{}'],
  ['every kind of value', '{"a":1,"b":"x","c":null,"d":true,"e":[1,{"f":[]}],"g":{}}'],
  ['the same name in different objects', '{"a":{"a":1},"b":[{"a":1},{"a":1}]}'],
  ['names that differ in case', '{"a":1,"A":2}'],
  ['colons, braces and quotes inside texts', '{"a:b":"c:d","e":"{[:]}\\"","f\\"":":"}'],
  ['backslashes before the closing quote', '{"a":"\\\\","b\\\\":"\\\\\\""}'],
  ['an empty name', '{"":1}'],
  ['names of Object.prototype', '{"constructor":1,"toString":2,"hasOwnProperty":3}'],
  ['white space', ' {\r\n\t"a" : [ 1 , 2 ] } '],
  ['an escaped pair of surrogates', '{"a":"\\ud83d\\ude00"}'],
  ['sixteen levels of objects', nest(16)],
  ['sixteen levels with lists', lists(16)],
])('%s is read', (_case, text) => {
  const result = parseStrictJson(text);
  expect(result.ok && plain(result.value)).toEqual(JSON.parse(text));
});

test.each([
  ['a duplicate', '{"aud":"a","aud":"b"}', 'has a duplicate member'],
  ['a duplicate of equal value', '{"a":1,"a":1}', 'has a duplicate member'],
  ['a duplicate written with an escape', '{"a":1,"\\u0061":2}', 'has a duplicate member'],
  ['a duplicate deep inside', '{"x":[{"y":{"a":1,"a":2}}]}', 'has a duplicate member'],
  ['a duplicate that hides an object', '{"a":{"b":1,"c":2},"a":3}', 'has a duplicate member'],
  ['a duplicate hidden behind colons in texts', '{"a":":::","a":":"}', 'has a duplicate member'],
  ['1e400', '{"exp":1e400}', 'has a number out of range'],
  ['-1e400 in a list', '{"a":[-1e400]}', 'has a number out of range'],
  ['__proto__', '{"__proto__":{"admin":true}}', 'has a member __proto__'],
  ['__proto__ written with an escape', '{"\\u005f_proto__":1}', 'has a member __proto__'],
  ['__proto__ inside', '{"a":[{"__proto__":null}]}', 'has a member __proto__'],
  ['half a surrogate pair', '{"sub":"\\ud800"}', 'has half a surrogate pair'],
  ['the other half', '{"a":["x\\udc00"]}', 'has half a surrogate pair'],
  ['half a pair in a name', '{"\\ud800":1}', 'has half a surrogate pair'],
  ['halves in two names', '{"\\ud83d":1,"\\ude00":1}', 'has half a surrogate pair'],
  ['seventeen levels of objects', nest(17), 'is nested deeper than 16'],
  ['seventeen levels with lists', lists(17), 'is nested deeper than 16'],
  ['ten thousand levels', nest(10_000), 'is nested deeper than 16'],
  ['a list', '[]', 'is not an object'],
  ['a text', '"x"', 'is not an object'],
  ['a number', '1', 'is not an object'],
  ['null', 'null', 'is not an object'],
  ['nothing', '', 'is not JSON'],
  ['a byte order mark', '\ufeff{}', 'is not JSON'],
  ['a trailing comma', '{"a":1,}', 'is not JSON'],
  ['a comment', '{/**/}', 'is not JSON'],
  ['something behind the object', '{}x', 'is not JSON'],
  ['NaN', '{"a":NaN}', 'is not JSON'],
])('%s is refused', (_case, text, problem) => {
  expect(parseStrictJson(text)).toEqual({ ok: false, problem });
});

test('no object has a prototype, so that only members are found', () => {
  const result = parseStrictJson('{"a":{"b":1},"c":[{}]}');
  if (!result.ok) throw new Error('broken test');
  const { a, c } = result.value;
  for (const object of [result.value, a, (c as readonly JsonValue[])[0]]) {
    expect(Object.getPrototypeOf(object)).toBeNull();
    expect((object as { toString?: unknown }).toString).toBeUndefined();
  }
});

test('nothing reaches Object.prototype, not by merging and not by spreading', () => {
  const result = parseStrictJson('{"constructor":{"prototype":{"polluted":true}},"a":1}');
  if (!result.ok) throw new Error('broken test');
  Object.assign({}, result.value);
  expect({ ...result.value }.constructor).toMatchObject({ prototype: { polluted: true } });
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

// fast-check's own JSON, without the one name that we refuse, in any legal spacing.
const json = fc.dictionary(
  fc.string().filter((name) => name !== '__proto__'),
  fc.jsonValue({ maxDepth: 5 }).filter((value) => !JSON.stringify(value).includes('__proto__')),
);

test('whatever has no duplicate comes back equal', () => {
  fc.assert(
    fc.property(json, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space);
      const result = parseStrictJson(text);
      expect(result.ok && plain(result.value)).toEqual(JSON.parse(text));
    }),
  );
});

test('whatever has a duplicate is refused, wherever it is', () => {
  const wraps = [(text: string) => text, (text: string) => `{"x":[${text}]}`, (text: string) => `{"x":{"y":${text}}}`];
  fc.assert(
    fc.property(
      json,
      fc.string(),
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(...wraps),
      (value, name, twin, wrap) => {
        fc.pre(name !== '__proto__' && !JSON.stringify(twin).includes('__proto__'));
        const members = Object.entries({ ...value, [name]: 1 }).map((one) =>
          one.map((part) => JSON.stringify(part)).join(':'),
        );
        const text = wrap(`{${[...members, `${JSON.stringify(name)}:${JSON.stringify(twin)}`].join(',')}}`);
        expect(JSON.parse(text)).toBeDefined();
        expect(parseStrictJson(text).ok).toBe(false);
      },
    ),
  );
});

test('no text makes it throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
      expect(typeof parseStrictJson(text).ok).toBe('boolean');
    }),
  );
});
