import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseXfcc } from './parse-xfcc.ts';

const hash = 'ab'.repeat(32);
const first = (header: string) => {
  const parsed = parseXfcc(header);
  return parsed.ok ? parsed.value[0] : parsed;
};

describe('an element', () => {
  test.each([
    [
      `By=spiffe://a/srv;Hash=${hash};URI=spiffe://a/cli`,
      { by: ['spiffe://a/srv'], hash, uri: 'spiffe://a/cli', dns: [] },
    ],
    [
      `Hash=${hash};Subject="CN=x,O=\\"q\\";L=y";URI=spiffe://a/cli`,
      { by: [], hash, subject: 'CN=x,O="q";L=y', uri: 'spiffe://a/cli', dns: [] },
    ],
    ['uri=spiffe://a/cli', { by: [], uri: 'spiffe://a/cli', dns: [] }],
    [`URI=;Hash=${hash}`, { by: [], hash, dns: [] }],
    [`Hash=${hash.toUpperCase()};Subject=""`, { by: [], hash, dns: [] }],
    ['URI=spiffe://a/c;DNS=a.example;DNS=b.example', { by: [], uri: 'spiffe://a/c', dns: ['a.example', 'b.example'] }],
    ['By=spiffe://a/x;By=https://a.example', { by: ['spiffe://a/x', 'https://a.example'], dns: [] }],
    ['URI=http://testclient.example', { by: [], uri: 'http://testclient.example', dns: [] }],
    ['Subject="x,By=y;URI=spiffe://a/b"', { by: [], subject: 'x,By=y;URI=spiffe://a/b', dns: [] }],
    // RFC 2253 escapes a backslash with another: the quote behind the two ends the value.
    ['Subject="CN=x\\\\";URI=spiffe://a/c', { by: [], subject: 'CN=x\\\\', uri: 'spiffe://a/c', dns: [] }],
    [
      'Subject="CN=J\\C3\\BCrgen\\, x";Issuer="CN=ca"',
      { by: [], subject: 'CN=J\\C3\\BCrgen\\, x', issuer: 'CN=ca', dns: [] },
    ],
  ])('is read: %s', (header, expected) => {
    expect(first(header)).toEqual(expected);
  });

  test.each([
    ['two ids', 'URI=spiffe://a/c;URI=spiffe://a/d'],
    ['two ids in two cases', 'URI=spiffe://a/c;uri=spiffe://a/d'],
    ['an id and an empty one', 'URI=;URI=spiffe://a/d'],
    ['two hashes', `Hash=${hash};Hash=${hash}`],
    ['an unterminated quote', 'Subject="CN=x'],
    ['a quote that is escaped away', 'Subject="CN=x\\"'],
    ['text after a quote', 'Subject="CN=x"y'],
    ['a quote inside a bare value', 'URI=spiffe://a/"c"'],
    ['an equals sign inside a bare value', 'URI=spiffe://a/c=d'],
    ['no key', '=x'],
    ['no value', 'URI'],
    ['nothing', ''],
    ['separators alone', ';;'],
    ['a comma alone', ','],
    ['an empty element', 'URI=spiffe://a/c,'],
    ['an empty pair', 'URI=spiffe://a/c;'],
    ['a space after a comma', 'URI=spiffe://a/c, URI=spiffe://a/d'],
    ['a space before a key', 'Hash=x; URI=spiffe://a/c'],
    ['a tab in a quoted value', 'Subject="a\tb"'],
    ['a line feed in a quoted value', 'Subject="a\nb"'],
    ['NUL', 'URI=spiffe://a/c\0'],
    ['a letter outside ASCII', 'Subject="J\u00fcrgen"'],
    ['an unknown key', 'URI=spiffe://a/c;Role=admin'],
    ['a key of the past', 'SAN=spiffe://a/c'],
    ['a hash of 63 digits', `Hash=${hash.slice(1)}`],
    ['a hash with other letters', `Hash=${hash.slice(2)}xy`],
    ['an empty hash', 'Hash=;URI=spiffe://a/c'],
    ['a Subject of 5,000 characters', `Subject="${'x'.repeat(5_000)}"`],
    ['17 elements', Array.from({ length: 17 }, () => 'URI=spiffe://a/c').join(',')],
    ['65,537 characters', `Cert="${'A'.repeat(65_537 - 7)}"`],
  ])('is refused with %s', (_case, header) => {
    expect(first(header)).toMatchObject({ ok: false, reason: 'FORWARDED_IDENTITY_MALFORMED' });
  });
});

test('elements come in their order, and commas in quotes separate none', () => {
  const parsed = parseXfcc(`URI=spiffe://evil/x,By=spiffe://a/srv;Hash=${hash};Subject="a,b";URI=spiffe://a/gw`);
  expect(parsed.ok && parsed.value.map(({ uri }) => uri)).toEqual(['spiffe://evil/x', 'spiffe://a/gw']);
});

describe('the JSON form', () => {
  test('says the same as the text form', () => {
    const text = `By=spiffe://a/srv;Hash=${hash};Subject="CN=\\"x\\"";URI=spiffe://a/c;DNS=a.example;DNS=b.example`;
    const json = JSON.stringify([
      { By: ['spiffe://a/srv'], Hash: hash, Subject: 'CN="x"', URI: ['spiffe://a/c'], DNS: ['a.example', 'b.example'] },
    ]);
    expect(first(json)).toEqual(first(text));
    expect(first('[ {\t"uri" : "spiffe:\\/\\/a\\u002fc" } ]')).toEqual({ by: [], uri: 'spiffe://a/c', dns: [] });
  });

  test('has certificates as PEM with line breaks, and a chain as a list of them', () => {
    const json = JSON.stringify([{ cert: '-----\na+/=\n', chain: ['-----\na\n', '-----\nb%\r\n'] }]);
    const parsed = { by: [], cert: '-----%0Aa+/=%0A', chain: '-----%0Aa%0A-----%0Ab%25%0D%0A', dns: [] };
    expect(first(json)).toEqual(parsed);
  });

  test.each([
    ['a member twice', '[{"URI":"spiffe://a/c","URI":"spiffe://a/d"}]'],
    ['a member twice in two cases', '[{"URI":"spiffe://a/c","uri":"spiffe://a/d"}]'],
    ['a member twice, once escaped', '[{"URI":"spiffe://a/c","\\u0055RI":"spiffe://a/d"}]'],
    ['two ids in a list', '[{"URI":["spiffe://a/c","spiffe://a/d"]}]'],
    ['an object inside', '[{"URI":{"a":"b"}}]'],
    ['a list in a list', '[{"URI":[["a"]]}]'],
    ['a number', '[{"URI":1}]'],
    ['null', '[{"URI":null}]'],
    ['no element', '[]'],
    ['an empty element', '[{}]'],
    ['an unknown member', '[{"Role":"admin"}]'],
    ['a prototype', '[{"__proto__":"x"}]'],
    ['more behind it', '[{"URI":"spiffe://a/c"}],URI=spiffe://a/d'],
    ['a comma at the end', '[{"URI":"spiffe://a/c"},]'],
    ['no end', '[{"URI":"spiffe://a/c"}'],
    ['a line feed in a text', '[{"URI":"spiffe://a/c\\n"}]'],
    ['a tab in a certificate', '[{"Cert":"a\\tb"}]'],
    ['a lone surrogate in a certificate', '[{"Cert":"\\ud800"}]'],
    ['two certificates', '[{"Cert":["a","b"]}]'],
    ['two chains', '[{"Chain":["a"],"chain":["b"]}]'],
    ['a lone surrogate', '[{"URI":"\\ud800"}]'],
    ['a broken escape', '[{"URI":"\\x"}]'],
  ])('is refused with %s', (_case, header) => {
    expect(first(header)).toMatchObject({ ok: false, reason: 'FORWARDED_IDENTITY_MALFORMED' });
  });
});

describe('whatever is sent', () => {
  const piece = fc.constantFrom(
    'By=',
    'URI=',
    'Hash=',
    'Cert=',
    '"',
    '\\',
    ';',
    ',',
    '=',
    '[',
    '{',
    '}',
    ']',
    ':',
    ' ',
    hash,
    'a',
  );
  const mutated = fc.oneof(
    fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join('')),
    fc.array(piece, { maxLength: 24 }).map((pieces) => `[{"${pieces.join('')}`),
    fc.string({ unit: 'binary', maxLength: 200 }),
  );

  test('nothing throws, and what is accepted has at most one id and a whole hash', () => {
    fc.assert(
      fc.property(mutated, (header) => {
        const parsed = parseXfcc(header);
        const hashes = parsed.ok ? parsed.value.map((one) => one.hash ?? hash) : [hash];
        expect(hashes.every((one) => /^[0-9a-f]{64}$/.test(one))).toBe(true);
        expect(parsed.ok || parsed.reason).toSatisfy(
          (found) => found === true || found === 'FORWARDED_IDENTITY_MALFORMED',
        );
      }),
      { numRuns: 20_000 },
    );
  });

  test('any Subject in quotes, escaped as Envoy does, comes back and changes nothing around it', () => {
    const subject = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) });
    fc.assert(
      fc.property(subject, (text) => {
        // RFC 2253 doubles a backslash; the quote is escaped on top of that.
        const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
        const parsed = parseXfcc(`URI=spiffe://a/b,By=spiffe://a/me;Subject="${escaped}";URI=spiffe://a/c`);
        expect(parsed.ok && parsed.value.map(({ uri }) => uri)).toEqual(['spiffe://a/b', 'spiffe://a/c']);
        expect(parsed.ok && (parsed.value[1]?.subject ?? '')).toBe(text.replaceAll('\\', '\\\\'));
      }),
      { numRuns: 5_000 },
    );
  });
});
