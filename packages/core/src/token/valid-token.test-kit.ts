/** Generates tokens by RFC 9068 that everybody must accept: whatever their texts are, and whatever stands beside. */
import fc from 'fast-check';
import { audience, now } from './token.test-kit.ts';

/** Texts of any language. Halves of surrogate pairs are no Unicode, and so no valid JSON text. */
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
/** Names that a rule can name: visible ASCII. */
const visible = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 1,
});
const scopes = fc.uniqueArray(fc.stringMatching(/^[!#-[\]-~]{1,12}$/), { maxLength: 20 }).map((list) => list.join(' '));
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
/** Claims that we do not know. They are only data. */
const unknown = fc.dictionary(
  fc.stringMatching(/^x[a-z_]{0,10}$/),
  fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' }),
  { maxKeys: 4 },
);

/** Two bounds of ours: a token has 8,192 characters, and no member is called `__proto__`. */
function isWithinBounds(json: string): boolean {
  return Buffer.byteLength(json) < 5_000 && !json.includes('"__proto__"');
}

/** Claims by RFC 9068 §2.2 and its optional ones, all of them right. */
export const validClaims = fc
  .record(
    {
      sub: text,
      jti: text,
      client_id: visible,
      aud: fc.oneof(
        fc.constant(audience),
        fc.array(text, { maxLength: 3 }).map((others) => [...others, audience]),
      ),
      age: fc.integer({ min: 0, max: 400 }),
      left: fc.integer({ min: 1, max: 400 }),
      notBefore: fc.boolean(),
      scope: scopes,
      roles: fc.array(text, { maxLength: 3 }),
      act: visible.map((sub) => ({ sub })),
      acr: text,
      auth_time: fc.integer({ min: 1, max: now }),
      cnf: fc.oneof(
        digest.map((jkt) => ({ jkt })),
        digest.map((thumbprint) => ({ 'x5t#S256': thumbprint })),
      ),
      unknown,
    },
    { requiredKeys: ['sub', 'jti', 'client_id', 'aud', 'age', 'left', 'unknown'] },
  )
  .map(({ age, left, notBefore, unknown: more, ...claims }) => ({
    ...more,
    ...claims,
    iat: now - age,
    exp: now + left,
    ...(notBefore === true && { nbf: now - age }),
  }))
  .filter((claims) => isWithinBounds(JSON.stringify(claims)));
/** Headers that are right. */
export const validHeader = fc.constantFrom<Record<string, unknown>>(
  {},
  { typ: 'AT+jwt' },
  { typ: 'application/at+jwt' },
  { kid: undefined },
  { cty: 'x', unknown: [1] },
);
