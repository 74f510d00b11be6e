/**
 * Each refusal of ours that `jose` does not make is on a named list: every row of the list is shown by tokens, and no
 * generated token is refused by us alone for a reason that is on no row.
 */
import fc from 'fast-check';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { expect, test } from 'vitest';
import type { Outcome } from '../errors/outcome.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import { rowsOf, stricterThanJose, type StricterRow } from './stricter-than-jose.test-kit.ts';
import { audience, claimsWith, issuer, now, tokenWith, verifierWith, verifyNow } from './token.test-kit.ts';

const jwks = { keys: [signingKey('ES256').jwk] };
// The defaults, and `jose` with every option that it has for them.
const verifier = verifierWith({ jwks, algorithms: ['ES256'] });
const keys = createLocalJWKSet(jwks as unknown as JSONWebKeySet);
const options = {
  issuer,
  audience,
  algorithms: ['ES256'],
  typ: 'at+jwt',
  requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'client_id'],
  clockTolerance: 30,
  maxTokenAge: 900,
  currentDate: new Date(now * 1000),
};

function joseAccepts(token: string): Promise<boolean> {
  return jwtVerify(token, keys, options).then(
    () => true,
    () => false,
  );
}

/** The names of the rows for a token that we refuse and `jose` accepts. */
function rulesFor(outcome: Outcome<unknown>): readonly string[] {
  return outcome.ok ? ['accepted'] : rowsOf(outcome).map(({ rule }) => rule);
}

test.each(stricterThanJose.map((row): [string, StricterRow] => [`${row.rule} (${row.source})`, row]))(
  '%s: jose accepts, we refuse',
  async (_title, { rule, tokens }) => {
    expect(tokens.length).toBeGreaterThan(0);
    for (const token of tokens) {
      expect(await joseAccepts(token)).toBe(true);
      expect(rulesFor(verifyNow(verifier, token))).toEqual([rule]);
    }
  },
);

test('a refusal that is on no row is seen', async () => {
  // Both of them refuse it, so the list has no business with it.
  const token = tokenWith({ exp: now - 31, iat: now - 60 });
  expect(await joseAccepts(token)).toBe(false);
  expect(rulesFor(verifyNow(verifier, token))).toEqual([]);
});

/** Values that are nearly right, and anything. */
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.integer({ min: now - 1_000, max: now + 1_000 }),
  fc.double(),
  fc.constantFrom(undefined, null, '', 0, -1, now, audience, [audience], [audience, 'x'], [audience, 5], issuer, {}),
  fc.constantFrom({ jkt: 'x' }, { sub: 'gateway' }, { sub: 'a b' }, 'a b', 'a  b', ['a'], 'x'.repeat(9_000), 1e11 + 1),
);
const claimNames = [...Object.keys(claimsWith({ nbf: 0 })), 'cnf', 'act', 'roles', 'acr', 'auth_time', 'unknown'];
/** What stands behind the claims, to the letter. */
const tail = fc.constantFrom(
  '',
  ',"sub":"x"',
  ',"unknown":{"a":1,"a":2}',
  ',"__proto__":1',
  ',"u":1e999',
  ',"u":"\\ud800"',
);
/** Changes of the finished token. */
const end = fc.constantFrom('', '=', '==', ' ', '\n', 'A', '.');
const header = fc.dictionary(fc.constantFrom('typ', 'alg', 'kid', 'crit', 'b64', 'zip', 'cty', 'jwk'), value, {
  maxKeys: 1,
});

test('whatever jose accepts and we refuse falls under one row', async () => {
  const shown = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom(...claimNames), value, { maxKeys: 2 }),
      fc.option(header, { nil: {} }),
      tail,
      end,
      async (claims, members, more, last) => {
        const text = JSON.stringify(claimsWith(claims));
        const token = `${tokenWith(`${text.slice(0, -1)}${more}}`, members)}${last}`;
        const outcome = verifyNow(verifier, token);
        if (!(await joseAccepts(token))) {
          expect(outcome.ok).toBe(false);
          return;
        }
        if (outcome.ok) return;
        const rules = rulesFor(outcome);
        expect(rules).toHaveLength(1);
        shown.add(rules[0] ?? '');
      },
    ),
    { numRuns: 4_000 },
  );
  // The positive control: the property is not empty.
  expect(shown.size).toBeGreaterThan(5);
});
