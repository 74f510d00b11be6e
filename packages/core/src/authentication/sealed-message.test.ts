import { expect, test } from 'vitest';
import { extractCredentials } from '../credential/extract-credentials.ts';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { messageFactsOf } from '../message/message-facts-of.ts';
import { expectations, found, producer, producerKey } from '../message/message.test-kit.ts';
import { createMemoryMessageLedger } from '../store/memory-message-ledger.ts';
import { sealedMessage, type SealedMessageOptions } from './sealed-message.ts';

const keys = { keys: [producerKey.jwk] };
const good: SealedMessageOptions = { producers: expectations().producers, ledger: createMemoryMessageLedger() };

test('producers and a ledger are enough', () => {
  const authenticator = sealedMessage(good);
  expect(authenticator).toMatchObject({ name: 'sealed-message', credentials: ['sealed-message'], waivers: {} });
});

test.each<[string, object]>([
  ['producers', { producers: undefined }],
  ['producers', { producers: [] }],
  ['producers[0]', { producers: ['spiffe://prod.test/orders'] }],
  ['producers[0].id', { producers: [{ id: 'orders', keys }] }],
  ['producers[0].id', { producers: [{ id: 'spiffe://prod.test/order*', keys }] }],
  ['producers[0].keys', { producers: [{ id: producer }] }],
  // The ring finds the key that signs: its history verifies.
  [
    'producers[0].keys',
    { producers: [{ id: producer, keys: { find: () => undefined, history: { find: () => keys } } }] },
  ],
  ['producers[0].keys', { producers: [{ id: producer, keys: { keys: [] } }] }],
  [
    'producers[0].keys.keys[0]',
    { producers: [{ id: producer, keys: { keys: [{ kty: 'oct', k: 'AAAA', kid: 'a' }] } }] },
  ],
  ['producers[0].keys', { producers: [{ id: producer, keys: { keys: [producerKey.jwk, producerKey.jwk] } }] }],
  ['producers[0].mayClaim', { producers: [{ id: producer, keys, mayClaim: 'subject' }] }],
  ['producers[0].mayClaim.subject', { producers: [{ id: producer, keys, mayClaim: { subject: 'alice' } }] }],
  ['producers[0].mayClaim.subject', { producers: [{ id: producer, keys, mayClaim: { subject: {} } }] }],
  ['producers[0].mayClaim.subject', { producers: [{ id: producer, keys, mayClaim: { subject: { issuers: [] } } }] }],
  ['producers[0].mayClaim.subject', { producers: [{ id: producer, keys, mayClaim: { subject: { oneOf: ['a'] } } }] }],
  ['producers[0].mayClaim.tenant', { producers: [{ id: producer, keys, mayClaim: { tenant: { oneOf: [''] } } }] }],
  ['producers[0].mayClaim.tenant', { producers: [{ id: producer, keys, mayClaim: { tenant: { issuers: ['a'] } } }] }],
  [
    'producers',
    {
      producers: [
        { id: producer, keys },
        { id: producer, keys },
      ],
    },
  ],
  ['producers[0].mayClaim.scope', { producers: [{ id: producer, keys, mayClaim: { scope: ['a'] } }] }],
  ['producers[0].mayClaim.roles', { producers: [{ id: producer, keys, mayClaim: { roles: true } }] }],
  ['producers[0].algorithms', { producers: [{ id: producer, keys, algorithms: ['HS256'] }] }],
  ['producers[0].algorithms', { producers: [{ id: producer, keys, algorithms: [] }] }],
  ['producers[0].key', { producers: [{ id: producer, keys, key: 'x' }] }],
  ['ledger', { ledger: undefined }],
  ['ledger', { ledger: { begin: () => 'new' } }],
  ['leaseSeconds', { leaseSeconds: 0 }],
  ['leaseSeconds', { leaseSeconds: Number.NaN }],
  ['leaseSeconds', { leaseSeconds: 3601 }],
  ['maximumLifetimeSeconds', { maximumLifetimeSeconds: Infinity }],
  ['clockToleranceSeconds', { clockToleranceSeconds: 301 }],
  ['clockToleranceSeconds', { clockToleranceSeconds: -1 }],
  ['audience', { audience: 'a' }],
])('a wrong %s is told at start: %j', (option, more) => {
  const make = (): unknown => sealedMessage({ ...good, ...more } as SealedMessageOptions);
  expect(make).toThrow(ConfigurationError);
  expect(make).toThrow(`- ${option}: `);
});

test('nothing is told about keys but what is wrong with them', () => {
  const secret = { kty: 'EC', crv: 'P-256', kid: 'a', d: 'c2VjcmV0' };
  const make = (): unknown => sealedMessage({ ...good, producers: [{ id: producer, keys: { keys: [secret] } }] });
  expect(make).toThrow('holds private material');
  expect(make).not.toThrow('c2VjcmV0');
});

test('a seal is presented once, and refused where nobody reads seals', () => {
  const [seal = ''] = found().seals;
  const present = (seals: readonly string[], ...kinds: ('sealed-message' | 'bearer-token')[]): unknown => {
    const presented = extractCredentials(messageFactsOf({ ...found(), seals }), new Set(kinds));
    return presented.ok ? presented.value.map(({ kind }) => kind) : presented.reason;
  };
  expect(present([seal], 'sealed-message')).toEqual(['sealed-message']);
  expect(present([], 'sealed-message')).toEqual([]);
  expect(present([seal, seal], 'sealed-message')).toBe('CREDENTIAL_MULTIPLE');
  expect(present([seal, ''], 'sealed-message')).toBe('CREDENTIAL_MULTIPLE');
  expect(present([seal], 'bearer-token')).toBe('CREDENTIAL_UNSUPPORTED');
});

test('an authenticator of messages judges no other credential, and no message that is none', async () => {
  const runtime = {
    clock: { now: () => 0, monotonic: () => 0 },
    fetch,
    notify: () => {},
    service: producer,
    audience: [],
  };
  const bound = sealedMessage(good).bind(runtime);
  const { message: _, ...facts } = messageFactsOf(found());
  const presented = extractCredentials(messageFactsOf(found()), new Set(['sealed-message']));
  const [credential] = presented.ok ? presented.value : [];
  expect(credential).toBeDefined();
  if (credential === undefined) return;
  expect(await bound.authenticate(credential, facts)).toMatchObject({ ok: false, reason: 'CREDENTIAL_UNSUPPORTED' });
  await bound.ready?.();
  await bound.close?.();
});
