import { expect, test } from 'vitest';
import type { CredentialKind } from '../credential/credential.ts';
import { denialResponse, type RefusedRequest } from './challenge.ts';

const realm = 'spiffe://prod.test/inventory';
const algs = 'algs="ES256 Ed25519"';
const badToken = 'error="invalid_token", error_description="The token was rejected."';
const badProof = 'error="invalid_dpop_proof", error_description="The DPoP proof was rejected."';

function answer(kinds: readonly CredentialKind[], refused: Partial<RefusedRequest>, resourceMetadata?: string) {
  const context = { realm, kinds: new Set(kinds), proofAlgorithms: ['ES256', 'Ed25519'], resourceMetadata };
  const { status, headers } = denialResponse(
    { reason: 'CREDENTIAL_MISSING', scheme: 'bearer', traceId: 'trace', ...refused },
    context,
  );
  return { status, challenges: headers['www-authenticate'], nonce: headers['dpop-nonce'] };
}

const both = ['bearer-token', 'dpop-token'] as const;

test('without a credential every scheme is offered, and none has an error', () => {
  expect(answer(both, {}).challenges).toEqual([`DPoP realm="${realm}", ${algs}`, `Bearer realm="${realm}"`]);
  expect(answer(['dpop-token'], {}).challenges).toEqual([`DPoP realm="${realm}", ${algs}`]);
  expect(answer(['bearer-token'], {}).challenges).toEqual([`Bearer realm="${realm}"`]);
});

test('the error stands on the challenge of the scheme that was used', () => {
  expect(answer(both, { reason: 'BINDING_MISSING' }).challenges).toEqual([
    `DPoP realm="${realm}", ${algs}`,
    `Bearer realm="${realm}", ${badToken}`,
  ]);
  expect(answer(both, { reason: 'PROOF_INVALID', scheme: 'dpop' }).challenges).toEqual([
    `DPoP realm="${realm}", ${badProof}, ${algs}`,
    `Bearer realm="${realm}"`,
  ]);
});

test('a status other than 401 names the scheme that was used, and no other', () => {
  const refused = { reason: 'SCOPE_INSUFFICIENT', scopes: ['a', 'b'], scheme: 'dpop' } as const;
  const { status, challenges } = answer(both, refused);
  expect([status, challenges]).toEqual([
    403,
    [
      `DPoP realm="${realm}", error="insufficient_scope", ` +
        `error_description="The token does not carry the scope this needs.", scope="a b", ${algs}`,
    ],
  ]);
  expect(answer(both, { reason: 'CALLER_NOT_ALLOWED', scheme: 'dpop' }).challenges).toBeUndefined();
});

test('a service that reads only one scheme names the error on it, whatever was sent', () => {
  expect(answer(['bearer-token'], { reason: 'CREDENTIAL_MALFORMED', scheme: 'dpop' }).challenges).toEqual([
    `Bearer realm="${realm}", error="invalid_request", error_description="The credential is malformed."`,
  ]);
});

test('a nonce is carried by the answer that asks for it', () => {
  const asked = answer(both, { reason: 'PROOF_NONCE_REQUIRED', scheme: 'dpop', nonce: 'n-1' });
  expect([asked.status, asked.nonce]).toEqual([401, 'n-1']);
  expect(asked.challenges?.[0]).toContain('error="use_dpop_nonce"');
  expect(answer(both, { reason: 'PROOF_INVALID', scheme: 'dpop' }).nonce).toBeUndefined();
});

test('a 401 without any challenge does not exist: certificates alone make it 403', () => {
  expect(answer(['client-certificate'], {})).toEqual({ status: 403, challenges: undefined, nonce: undefined });
});

test('a step-up names what would help, and is a 401 (RFC 9470 section 3)', () => {
  const error =
    'error="insufficient_user_authentication", ' +
    'error_description="The user must authenticate again, or more strongly."';
  const reason = 'AUTHENTICATION_INSUFFICIENT';
  const stepUp = { acrValues: ['gold', 'silver'], maxAgeSeconds: 60 };
  expect(answer(both, { reason, stepUp })).toMatchObject({
    status: 401,
    challenges: [
      `DPoP realm="${realm}", ${algs}`,
      `Bearer realm="${realm}", ${error}, acr_values="gold silver", max_age="60"`,
    ],
  });
  expect(answer(['bearer-token'], { reason, stepUp: { maxAgeSeconds: 0 } }).challenges).toEqual([
    `Bearer realm="${realm}", ${error}, max_age="0"`,
  ]);
});

test('where the metadata is stands on every challenge (RFC 9728 section 5.1)', () => {
  const url = 'https://inventory.test/.well-known/oauth-protected-resource';
  expect(answer(both, {}, url).challenges).toEqual([
    `DPoP realm="${realm}", ${algs}, resource_metadata="${url}"`,
    `Bearer realm="${realm}", resource_metadata="${url}"`,
  ]);
  expect(answer(both, { reason: 'CALLER_NOT_ALLOWED' }, url).challenges).toBeUndefined();
});

test('what a policy names cannot end the quotes', () => {
  const [scope] = answer(['bearer-token'], { reason: 'SCOPE_INSUFFICIENT', scopes: ['a", x="', 'b', 'c d', ''] })
    .challenges as readonly string[];
  expect(scope).toMatch(/, scope="b"$/);
  const stepUp = { acrValues: ['a"', 'b\\'], maxAgeSeconds: '1", x="' as unknown as number };
  const [stepped] = answer(['bearer-token'], { reason: 'AUTHENTICATION_INSUFFICIENT', stepUp })
    .challenges as readonly string[];
  expect(stepped).not.toMatch(/acr_values|max_age/);
});

test.each([
  ['one scope', ['inventory:read'], ', scope="inventory:read"'],
  ['several scopes', ['a', 'b'], ', scope="a b"'],
  ['no scope', [], ''],
  ['a quote', ['a", error="none'], ''],
  ['a line end', ['a\r\nset-cookie: b'], ''],
  ['letters outside ASCII', ['größe'], ''],
  ['a good one beside a bad one', ['a', 'b\n'], ', scope="a"'],
])('what a policy names as scopes cannot leave its parameter: %s', (_title, scopes, shown) => {
  const [challenge] = answer(['bearer-token'], { reason: 'SCOPE_INSUFFICIENT', scopes }).challenges ?? [];
  expect(challenge?.replace(/^.*error_description="[^"]*"/, '')).toBe(shown);
});
