/** Attack rows 24, 25, 27 to 31, 90: what is no token, no JSON object, encrypted, or two of them at once. */
import { deflateRawSync } from 'node:zlib';
import { encodeSegment } from '../../mint-token.ts';
import type { ForgedRow, TokenForge } from './token-forge.ts';

const deep = 3_000;

function doubled(text: string, member: string): string {
  return text.replace('{', `{${member},`);
}

/** Texts that stand where a JSON object should. */
function notObjects(forge: TokenForge): readonly ForgedRow[] {
  const texts = ['[]', '"x"', '1', 'null', 'true', 'not json', '{', '{"a":1}x', '\ufeff{}', 'NaN'];
  return texts.flatMap((text): ForgedRow[] => [
    [`a payload that is ${JSON.stringify(text)}`, 'TOKEN_MALFORMED', forge.raw({ payload: text })],
    [`a header that is ${JSON.stringify(text)}`, 'TOKEN_MALFORMED', forge.raw({ header: text })],
  ]);
}

/** Encrypted tokens (RFC 7516): nothing is inflated, derived or decrypted for one, and what is inside is not believed. */
function encrypted({ claims, header: { kid } }: TokenForge): readonly ForgedRow[] {
  const filler = encodeSegment('x'.repeat(24));
  const row = (name: string, header: object, content: string): ForgedRow => [
    `encrypted, ${name}`,
    'TOKEN_MALFORMED',
    [
      encodeSegment(JSON.stringify({ kid, typ: 'at+jwt', enc: 'A128GCM', ...header })),
      filler,
      filler,
      content,
      filler,
    ].join('.'),
  ];
  const bomb = deflateRawSync(Buffer.alloc(1_000_000)).toString('base64url');
  const rounds = { alg: 'PBES2-HS256+A128KW', p2s: filler, p2c: 2 ** 31 - 1 };
  return [
    row('and inflates a thousand times', { alg: 'dir', zip: 'DEF' }, bomb),
    row('with two thousand million rounds', rounds, filler),
    row('around unsigned claims', { alg: 'RSA-OAEP' }, encodeSegment(JSON.stringify(claims))),
  ];
}

/** The rows. */
export function badShapes(forge: TokenForge): readonly ForgedRow[] {
  const { claims, header: members, raw, claim, audience, key } = forge;
  const payload = JSON.stringify(claims);
  const header = JSON.stringify(members);
  const good = claim({});
  const [first = '', second = '', third = ''] = good.split('.');
  const row = (name: string, token: string): ForgedRow => [name, 'TOKEN_MALFORMED', token];
  const notUtf8 = Buffer.concat([Buffer.from(payload.slice(0, -1)), Buffer.from(',"x":"\xff"}', 'latin1')]);
  const signedNotUtf8 = `${first}.${notUtf8.toString('base64url')}`;
  return [
    ...notObjects(forge),
    ...encrypted(forge),
    row('one part', first),
    row('two parts', `${first}.${second}`),
    row('four parts', `${good}.${third}`),
    row('five parts, as encryption has', `${first}.${second}.${third}.${second}.${third}`),
    row('seven thousand dots', '.'.repeat(7_000)),
    row('an empty header', `.${second}.${third}`),
    row('an empty payload', `${first}..${third}`),
    row('a dot in front', `.${good}`),
    row('longer than 8,192 characters', claim({ filler: 'x'.repeat(7_000) })),
    row('a claim of 64 kB, as far as a header goes', claim({ filler: 'x'.repeat(9_000) })),
    row('text that is not UTF-8', `${signedNotUtf8}.${key.sign(signedNotUtf8).toString('base64url')}`),
    row('two aud', raw({ payload: doubled(payload, `"aud":"${audience}"`) })),
    row('two iss', raw({ payload: doubled(payload, '"iss":"https://evil.test"') })),
    row('two sub', raw({ payload: doubled(payload, '"sub":"admin"') })),
    row('two exp', raw({ payload: doubled(payload, '"exp":1') })),
    row('two aud, one escaped', raw({ payload: doubled(payload, `"\\u0061ud":"${audience}"`) })),
    row('two sub in an actor', raw({ payload: doubled(payload, '"act":{"sub":"a","sub":"b"}') })),
    row('two alg', raw({ header: doubled(header, '"alg":"none"') })),
    row('two kid', raw({ header: doubled(header, '"kid":"other"') })),
    row('a claim __proto__', raw({ payload: doubled(payload, '"__proto__":{"scope":"admin"}') })),
    row('a claim __proto__ inside', raw({ payload: doubled(payload, '"a":{"__proto__":{"scope":"admin"}}') })),
    row('a header member __proto__', raw({ header: doubled(header, '"__proto__":{"alg":"none"}') })),
    row('17 levels', raw({ payload: doubled(payload, `"a":${'['.repeat(17)}${']'.repeat(17)}`) })),
    row('thousands of levels', `${first}.${encodeSegment(`{"a":${'['.repeat(deep)}`)}.${third}`),
  ];
}

/** Rows that are no credential at all: the characters of a token are those of RFC 6750 §2.1. */
export function notTokens({ claim }: TokenForge): readonly ForgedRow[] {
  const good = claim({});
  const [first = '', ...rest] = good.split('.');
  const row = (name: string, token: string): ForgedRow => [name, 'CREDENTIAL_MALFORMED', token];
  return [
    row('a space inside', `${first} .${rest.join('.')}`),
    row('a tab inside', `${first}\t.${rest.join('.')}`),
    row('quotes around', `"${good}"`),
    row('a semicolon after', `${good};`),
    row('padding inside', `${first}=.${rest.join('.')}`),
    row('a letter outside ASCII', `${good}\u00e9`),
    row('an auth-param', `token="${good}"`),
  ];
}
