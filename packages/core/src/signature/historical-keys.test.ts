import { describe, expect, it } from 'vitest';
import { at, day, keyBetween, privateKeyOf, start } from './key-ring.test-kit.ts';
import { historicalKeysOf, readHistoricalKeys } from './historical-keys.ts';
import { ringKey } from './ring-key.ts';

const keys = [
  ringKey(keyBetween('k1', 0, day)),
  ringKey({ ...keyBetween('k2', day, 2 * day), revoked: { revokedAt: at(day + 1), cause: 'superseded' } }),
];
const document = historicalKeysOf(keys);
const [first = {}] = document.keys;
const revoked = { revoked_at: start + 5, reason: 'superseded' };

function find(entry: object, secondsAfterStart: number): unknown {
  const read = readHistoricalKeys({ keys: [entry] });
  if (typeof read === 'string' || read.size === 0) return read;
  return read.history.find({ keyId: 'k1', algorithm: 'ES256', signedAt: start + secondsAfterStart });
}

describe('the document of historical keys', () => {
  it('says of each key from when until when it signed, and whether it was revoked', () => {
    expect(document.keys).toMatchObject([
      { kid: 'k1', alg: 'ES256', use: 'sig', kty: 'EC', iat: start, exp: start + day },
      { kid: 'k2', iat: start + day, revoked: { revoked_at: start + day + 1, reason: 'superseded' } },
    ]);
    expect(first).not.toHaveProperty('revoked');
  });

  it('holds no private member', () => {
    for (const key of document.keys) expect(key).not.toHaveProperty('d');
  });

  it('is read back as it was written', () => {
    const read = readHistoricalKeys(JSON.parse(JSON.stringify(document)));
    expect(read).toMatchObject({ size: 2, refused: [] });
    expect(find(first, 0)).toMatchObject({ ok: true, value: { keyId: 'k1' } });
    expect(find(first, day + 1)).toMatchObject({ reason: 'KEY_NOT_VALID_THEN' });
  });

  it('may be a plain JWKS, whose keys are good at any time', () => {
    const { iat: _iat, exp: _exp, ...plain } = first as Record<string, unknown>;
    expect(find(plain, -1e6)).toMatchObject({ ok: true });
    expect(find(plain, 1e6)).toMatchObject({ ok: true });
  });

  it.each<[string, object, number, string]>([
    ['superseded', revoked, 4, 'accepted'],
    ['superseded, and signed later', revoked, 5, 'KEY_REVOKED'],
    ['compromised', { ...revoked, reason: 'compromised' }, 4, 'KEY_REVOKED'],
    ['revoked for a reason that we do not know', { ...revoked, reason: 'cessation' }, 4, 'KEY_REVOKED'],
    ['revoked without reason', { revoked_at: start + 5 }, 4, 'KEY_REVOKED'],
  ])('tells of a key that is %s', (_case, told, seconds, expected) => {
    const found = find({ ...first, revoked: told }, seconds) as { ok: boolean; reason?: string };
    expect(found.ok ? 'accepted' : found.reason).toBe(expected);
  });

  it.each<[string, object]>([
    ['no kid', { kid: undefined }],
    ['an empty kid', { kid: '' }],
    ['a private member', { d: privateKeyOf('k1').export({ format: 'jwk' }).d }],
    ['a date as text', { exp: '2026' }],
    ['a date with a fraction', { iat: start + 0.5 }],
    ['a date in milliseconds', { exp: start * 1000 }],
    ['a revocation that is a word', { revoked: true }],
    ['a revocation without date', { revoked: { reason: 'superseded' } }],
    ['an algorithm that is none', { alg: 'HS256' }],
    ['another use', { use: 'enc' }],
  ])('loses a key with %s, and keeps the others', (_case, changed) => {
    const read = readHistoricalKeys({ keys: [{ ...first, ...changed }, document.keys[1]] });
    expect(read).toMatchObject({ size: 1, refused: [{ index: 0 }] });
  });

  it.each<[string, object]>([
    ['no list', { keys: {} }],
    ['a kid twice', { keys: [first, first] }],
    ['a kid twice, once revoked in a way that cannot be read', { keys: [first, { ...first, revoked: true }] }],
    ['more keys than an issuer has', { keys: Array.from({ length: 101 }, () => first) }],
  ])('is none with %s', (_case, given) => {
    expect(readHistoricalKeys(given)).toMatch(/^has /);
  });
});
