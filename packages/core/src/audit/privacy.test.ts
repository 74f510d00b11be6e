import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ConfigurationError, FaultCollector } from '../errors/configuration-error.ts';
import { Secret } from '../errors/secret.ts';
import { createPrivacy, hashJti, type PrivacyOptions } from './privacy.ts';

function privacy(options: PrivacyOptions = {}) {
  const faults = new FaultCollector('test');
  const made = createPrivacy(options, faults);
  faults.throwIfAny();
  return made;
}

const user = { issuer: 'https://issuer.test', id: 'user-1' };
const key = new Secret('k'.repeat(32));

test('a jti is hashed with its issuer by default', () => {
  const expected = createHash('sha256').update('jti\0https://i\0abc').digest('base64url').slice(0, 22);
  expect(privacy().jti('https://i', 'abc')).toEqual({ 'token.jti_hash': expected });
  expect(hashJti('https://other', 'abc')).not.toBe(expected);
});

test('a subject is a pseudonym: the same under one key, another under another key, another issuer, another user', () => {
  const one = privacy({ pseudonymKey: key }).subject(user);
  expect(privacy({ pseudonymKey: new Secret('k'.repeat(32)) }).subject(user)).toEqual(one);
  expect(privacy({ pseudonymKey: new Secret('l'.repeat(32)) }).subject(user)).not.toEqual(one);
  expect(privacy({ pseudonymKey: key }).subject({ ...user, issuer: 'https://other' })).not.toEqual(one);
  expect(privacy({ pseudonymKey: key }).subject({ ...user, id: 'user-2' })).not.toEqual(one);
  expect(JSON.stringify(one)).not.toContain('user-1');
});

test('without a key each service makes its own', () => {
  expect(privacy().subject(user)).not.toEqual(privacy().subject(user));
});

test('plain and omit are explicit choices', () => {
  expect(privacy({ jti: 'plain', subject: 'plain' }).jti('i', 'abc')).toEqual({ 'token.jti': 'abc' });
  expect(privacy({ subject: 'plain' }).subject(user)).toEqual({ 'user.id': 'user-1' });
  expect(privacy({ jti: 'omit' }).jti('i', 'abc')).toEqual({});
  expect(privacy({ subject: 'omit' }).subject(user)).toEqual({});
});

test.each([
  ['an unknown choice', { jti: 'raw' }, 'privacy.jti'],
  ['a short key', { pseudonymKey: new Secret('short') }, 'privacy.pseudonymKey'],
  ['a key as plain text', { pseudonymKey: 'k'.repeat(32) }, 'privacy.pseudonymKey'],
  ['a misspelt option', { subjects: 'plain' }, 'privacy.subjects'],
])('%s is a fault', (_case, options, option) => {
  try {
    privacy(options as PrivacyOptions);
    expect.unreachable('it was taken');
  } catch (error) {
    expect((error as ConfigurationError).faults.map((fault) => fault.option)).toEqual([option]);
    expect((error as Error).message).not.toContain('kkkk');
  }
});
