import { expect, test } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { parseScopes } from '../identity/scope-set.ts';
import { parseJws } from '../signature/jws.ts';
import {
  callerForUser,
  destination,
  outgoing,
  payload,
  producer,
  producerKey,
  sealing,
  startOfTest,
} from './message.test-kit.ts';
import { messageDigest } from './message-digest.ts';
import { SealFault, sealFaults } from './seal-fault.ts';
import { sealHeader, sealMessage } from './seal-message.ts';
import type { OutgoingMessage, SealingOptions } from './sealing-options.ts';

const seconds = startOfTest / 1000;

function claimsOf(message: OutgoingMessage, options: SealingOptions): unknown {
  const parsed = parseJws(sealMessage(message, options).seal);
  return parsed.ok ? { ...parsed.value.header, ...parsed.value.payload } : parsed;
}

test('a seal binds the producer to bytes, destination, id and time, and to nobody else', () => {
  expect(claimsOf(outgoing, sealing({ id: 'order-42' }))).toEqual({
    typ: 'countersign-msgctx+jwt',
    alg: 'ES256',
    kid: producerKey.keyId,
    iss: producer,
    aud: destination,
    iat: seconds,
    exp: seconds + 900,
    jti: 'order-42',
    msg: { dig: messageDigest(payload), dst: destination },
  });
});

test('a seal for a user names the subject with its issuer, and the chain that acts for it', () => {
  const onBehalfOf = callerForUser();
  const more = { onBehalfOf, scope: 'orders:notify', audience: ['spiffe://prod.test/mail'] as const, id: 'a' };
  const told = { key: Buffer.from('k'), contentType: 'text/plain', eventType: 'placed', attributes: '[]' };
  const lifetimeSeconds = 60;
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  expect(
    claimsOf({ ...outgoing, ...told, part: 'data' }, sealing({ ...more, lifetimeSeconds, traceparent })),
  ).toMatchObject({
    sub: 'alice',
    sub_id: { format: 'iss_sub', iss: 'https://issuer.test', sub: 'alice' },
    act: { sub: producer, act: { sub: onBehalfOf.id } },
    aud: ['spiffe://prod.test/mail'],
    exp: seconds + 60,
    tenant: 'acme',
    scope: 'orders:notify',
    trace: traceparent,
    msg: {
      part: 'data',
      ct: 'text/plain',
      typ: 'placed',
      key: messageDigest('k'),
      att: messageDigest('[]'),
    },
  });
});

test('a chain of actors goes on where the token of the caller ended', () => {
  const onBehalfOf = callerForUser({ actors: ['gateway', 'edge'] });
  expect(claimsOf(outgoing, sealing({ onBehalfOf }))).toMatchObject({
    act: { sub: producer, act: { sub: 'gateway', act: { sub: 'edge' } } },
  });
});

test('every message has an id of its own, and the headers carry the seal alone', () => {
  const [one, two] = [sealMessage(outgoing, sealing()), sealMessage(outgoing, sealing())];
  expect(one.id).not.toBe(two.id);
  expect(one.headers).toEqual({ [sealHeader]: one.seal });
});

const { subject: _, ...callerForNobody } = callerForUser();
const actors = Array.from({ length: 8 }, (_, index) => `service-${index}`);

test.each<[keyof typeof sealFaults, Partial<SealingOptions>]>([
  ['SIGNING_KEY_UNAVAILABLE', { keys: { find: () => undefined } }],
  ['CALLER_EXPIRED', { onBehalfOf: callerForUser({ expiresAt: startOfTest }) }],
  ['CALLER_EXPIRED', { onBehalfOf: callerForUser({ expiresAt: Number.NaN }) }],
  ['SUBJECT_MISSING', { onBehalfOf: callerForNobody }],
  ['SCOPE_WIDENED', { onBehalfOf: callerForUser(), scope: 'orders:notify orders:admin' }],
  ['TENANT_CHANGED', { onBehalfOf: callerForUser(), tenant: 'other' }],
  ['ACTORS_TOO_MANY', { onBehalfOf: callerForUser({ actors }) }],
  ['SEAL_TOO_LONG', { scope: Array.from({ length: 256 }, (_, index) => `${'s'.repeat(32)}${index}`).join(' ') }],
])('no seal is made: %s', (code, more) => {
  expect(() => sealMessage(outgoing, sealing(more))).toThrow(expect.objectContaining({ code }) as SealFault);
});

test('neighbours of what is not sealed are sealed', () => {
  const scopes = parseScopes('orders:notify') ?? new Set();
  for (const more of [
    { onBehalfOf: callerForUser({ expiresAt: startOfTest + 1 }) },
    { onBehalfOf: callerForUser({ scopes }), scope: 'orders:notify' },
    { onBehalfOf: callerForUser(), tenant: 'acme' },
    { onBehalfOf: callerForUser({ actors: actors.slice(1) }) },
    { tenant: 'other' },
  ]) {
    expect(sealMessage(outgoing, sealing(more)).seal).toMatch(/^eyJ/);
  }
});

test.each<[string, object, object]>([
  ['payload', { payload: { orderId: 42 } }, {}],
  ['payload', { payload: '{"orderId":42}' }, {}],
  ['destination', { destination: 'orders.placed' }, {}],
  ['destination', { destination: 'nats:' }, {}],
  ['destination', { destination: 'nats:a\nb' }, {}],
  ['key', { key: 'text' }, {}],
  ['part', { part: 'body' }, {}],
  ['contentType', { contentType: '' }, {}],
  ['attributes', { attributes: {} }, {}],
  ['headers', { headers: {} }, {}],
  ['producer', {}, { producer: 'orders' }],
  ['keys', {}, { keys: producerKey.privateKey }],
  ['audience', {}, { audience: [] }],
  ['audience', {}, { audience: Array.from({ length: 9 }, () => 'a') }],
  ['lifetimeSeconds', {}, { lifetimeSeconds: 0 }],
  ['lifetimeSeconds', {}, { lifetimeSeconds: 1.5 }],
  ['lifetimeSeconds', {}, { lifetimeSeconds: Infinity }],
  ['lifetimeSeconds', {}, { lifetimeSeconds: 2_592_001 }],
  ['onBehalfOf', {}, { onBehalfOf: undefined }],
  ['onBehalfOf', {}, { onBehalfOf: null }],
  ['scope', {}, { scope: 'a "b"' }],
  ['tenant', {}, { tenant: '' }],
  ['id', {}, { id: 'a b' }],
  ['id', {}, { id: 'x'.repeat(257) }],
  ['traceparent', {}, { traceparent: 1 }],
  ['clock', {}, { clock: {} }],
  ['subject', {}, { subject: 'alice' }],
])('a wrong %s is a mistake of the caller: %j %j', (option, message, options) => {
  const seal = (): unknown =>
    sealMessage({ ...outgoing, ...message }, { ...sealing(), ...options } as unknown as SealingOptions);
  expect(seal).toThrow(ConfigurationError);
  expect(seal).toThrow(`- ${option}: `);
});
