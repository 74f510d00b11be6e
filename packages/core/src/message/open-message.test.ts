import { expect, test } from 'vitest';
import type { MessageFacts } from '../credential/message-facts.ts';
import type { Reason } from '../errors/reason.ts';
import { refuse } from '../errors/outcome.ts';
import { compactJws, signingKey } from '../signature/signing-key.test-kit.ts';
import { sealType } from './message-context.ts';
import { messageDigest } from './message-digest.ts';
import {
  callerForUser,
  consumer,
  destination,
  expectations,
  found,
  payload,
  producer,
  producerKey,
  startOfTest,
} from './message.test-kit.ts';
import { openMessage, type MessageExpectations } from './open-message.ts';

const seconds = startOfTest / 1000;
const key = Buffer.from('order-42');

async function reasonOf(message: MessageFacts, expected: MessageExpectations = expectations()): Promise<string> {
  const opened = await openMessage(message, expected);
  return opened.ok ? 'opened' : `${opened.reason} ${opened.detail.check}`;
}

/** A seal with one claim or header other than sealMessage would write it. */
function forged(claims: object, header: object = {}, signer = producerKey): MessageFacts {
  const good = {
    iss: producer,
    aud: destination,
    iat: seconds,
    exp: seconds + 900,
    jti: 'id-1',
    msg: { dig: messageDigest(payload), dst: destination },
  };
  const jose = { typ: sealType, alg: signer.algorithm, kid: signer.keyId, ...header };
  return { seals: [compactJws(jose, { ...good, ...claims }, signer)], destination, payload };
}

test('a message for itself opens as its producer', async () => {
  const opened = await openMessage(found(), expectations());
  expect(opened).toMatchObject({
    ok: true,
    value: { producer, subject: undefined, actors: [], tenant: undefined, audience: [destination], keyId: 'orders-1' },
  });
});

test('a message for a user names the subject, and the producer as the outermost actor', async () => {
  const message = found({}, { sealing: { onBehalfOf: callerForUser(), scope: 'orders:notify' } });
  const opened = await openMessage(message, expectations());
  expect(opened).toMatchObject({
    ok: true,
    value: {
      producer,
      subject: { issuer: 'https://issuer.test', id: 'alice' },
      actors: [producer, 'oauth:https://issuer.test#gateway'],
      tenant: 'acme',
      scopes: new Set(['orders:notify']),
    },
  });
});

test('an envelope that was moved is refused', async () => {
  expect(await reasonOf(found())).toBe('opened');
  const moved: [Partial<MessageFacts>, string][] = [
    [{ destination: 'nats:orders.cancelled' }, 'MESSAGE_MISDIRECTED aud'],
    [{ destination: 'amqp:orders.placed' }, 'MESSAGE_MISDIRECTED aud'],
    [{ destination: 'nats:orders.placed.' }, 'MESSAGE_MISDIRECTED aud'],
  ];
  for (const [more, expected] of moved) expect(await reasonOf(found(more))).toBe(expected);
  // With this consumer as the audience, the destination alone decides.
  const named = { sealing: { audience: consumer } };
  expect(await reasonOf(found({}, named))).toBe('opened');
  expect(await reasonOf(found({ destination: 'nats:orders.cancelled' }, named))).toBe('MESSAGE_MISDIRECTED msg.dst');
  expect(await reasonOf(found({}, { sealing: { audience: 'spiffe://prod.test/billing' } }))).toBe(
    'MESSAGE_MISDIRECTED aud',
  );
});

test.each<[string, Partial<MessageFacts>, string]>([
  ['one byte of the payload', { payload: Buffer.from('{"orderId":43}') }, 'MESSAGE_ALTERED msg.dig'],
  ['a space in the payload', { payload: Buffer.from('{"orderId": 42}') }, 'MESSAGE_ALTERED msg.dig'],
  ['no payload', { payload: Buffer.alloc(0) }, 'MESSAGE_ALTERED msg.dig'],
  ['a payload nobody can see', { payload: undefined }, 'MESSAGE_PAYLOAD_UNREADABLE msg.part'],
  ['the payload as data', { payload: undefined, data: payload }, 'MESSAGE_PAYLOAD_UNREADABLE msg.part'],
  ['another key', { key: Buffer.from('order-43') }, 'MESSAGE_ALTERED msg.key'],
  ['no key', { key: undefined }, 'MESSAGE_ALTERED msg.key'],
  ['another content type', { contentType: 'application/xml' }, 'MESSAGE_ALTERED msg.ct'],
  ['another event type', { eventType: 'order.cancelled' }, 'MESSAGE_ALTERED msg.typ'],
  ['other attributes', { attributes: '[["id","2"]]' }, 'MESSAGE_ALTERED msg.att'],
  ['no attributes', { attributes: undefined }, 'MESSAGE_ALTERED msg.att'],
])('a message with %s is refused', async (_, more, expected) => {
  const told = { key, contentType: 'application/json', eventType: 'order.placed', attributes: '[["id","1"]]' };
  expect(await reasonOf(found(told, { message: told }))).toBe('opened');
  expect(await reasonOf(found({ ...told, ...more }, { message: told }))).toBe(expected);
});

test.each<[string, Partial<MessageFacts>, string]>([
  ['key', { key }, 'MESSAGE_ALTERED msg.key'],
  ['content type', { contentType: 'application/json' }, 'MESSAGE_ALTERED msg.ct'],
  ['event type', { eventType: 'order.placed' }, 'MESSAGE_ALTERED msg.typ'],
  ['list of attributes', { attributes: '[]' }, 'MESSAGE_ALTERED msg.att'],
])('a %s that is told and was not sealed is refused', async (_, more, expected) => {
  expect(await reasonOf(found(more))).toBe(expected);
});

test('bytes that were sealed as one part do not pass for the other', async () => {
  const asData = { message: { part: 'data' } } as const;
  expect(await reasonOf(found({ payload: Buffer.from('packet'), data: payload }, asData))).toBe('opened');
  expect(await reasonOf(found({}, asData))).toBe('MESSAGE_PAYLOAD_UNREADABLE msg.part');
  expect(await reasonOf(found({ data: Buffer.from('x') }, asData))).toBe('MESSAGE_ALTERED msg.dig');
  expect(await reasonOf(found({ payload: Buffer.from('packet'), data: payload }))).toBe('MESSAGE_ALTERED msg.dig');
});

test('the time of processing counts, within the tolerance', async () => {
  const at = (now: number): Promise<string> => reasonOf(found(), expectations({ now: startOfTest + now * 1000 }));
  expect(await at(0)).toBe('opened');
  expect(await at(929)).toBe('opened');
  expect(await at(930)).toBe('MESSAGE_EXPIRED exp');
  expect(await at(-30)).toBe('opened');
  expect(await at(-31)).toBe('MESSAGE_NOT_YET_VALID iat');
  expect(await reasonOf(found(), expectations({ now: startOfTest + 900_000, clockToleranceSeconds: 0 }))).toBe(
    'MESSAGE_EXPIRED exp',
  );
  expect(await reasonOf(found(), expectations({ maximumLifetimeSeconds: 900 }))).toBe('opened');
  expect(await reasonOf(found(), expectations({ maximumLifetimeSeconds: 899 }))).toBe('MESSAGE_LIFETIME_TOO_LONG exp');
});

test('the word of a producer counts for what it may claim, and for nothing else', async () => {
  const may = (mayClaim: object): MessageExpectations =>
    expectations({ producers: [{ id: producer, keys: { keys: [producerKey.jwk] }, mayClaim }] });
  const full = { subject: true, tenant: true, scope: 'orders:notify' };
  const message = found({}, { sealing: { onBehalfOf: callerForUser(), scope: 'orders:notify' } });
  expect(await reasonOf(message, may(full))).toBe('opened');
  expect(await reasonOf(message, may({}))).toBe('MESSAGE_CLAIM_NOT_ACCEPTED sub');
  expect(await reasonOf(message, may({ subject: true, scope: 'orders:notify' }))).toBe(
    'MESSAGE_CLAIM_NOT_ACCEPTED tenant',
  );
  expect(await reasonOf(message, may({ ...full, scope: 'orders:read' }))).toBe('MESSAGE_CLAIM_NOT_ACCEPTED scope');
  expect(await reasonOf(found(), may({}))).toBe('opened');
});

test('who stands in the list by name is spoken for by no holder of the keys of a pattern', async () => {
  const team = signingKey('ES256', 'team-1');
  const named = { id: producer, keys: { keys: [producerKey.jwk] } };
  const pattern = { id: 'spiffe://prod.test/*', keys: { keys: [team.jwk] } };
  for (const producers of [[named, pattern] as const, [pattern, named] as const]) {
    const expected = expectations({ producers });
    expect(await reasonOf(found(), expected)).toBe('opened');
    expect(await reasonOf(forged({}, {}, team), expected)).toBe('MESSAGE_KEY_UNKNOWN kid');
    expect(await reasonOf(forged({ iss: 'spiffe://prod.test/billing' }, {}, team), expected)).toBe('opened');
    expect(await reasonOf(forged({ iss: 'spiffe://prod.test/billing' }), expected)).toBe('MESSAGE_KEY_UNKNOWN kid');
  }
});

test('a producer that speaks for the users of one issuer, or for some tenants, speaks for no others', async () => {
  const may = (mayClaim: object): MessageExpectations =>
    expectations({
      producers: [
        { id: producer, keys: { keys: [producerKey.jwk] }, mayClaim: { scope: 'orders:notify', ...mayClaim } },
      ],
    });
  const [issuers, oneOf] = [['https://issuer.test'], ['acme', 'globex']];
  const message = found({}, { sealing: { onBehalfOf: callerForUser(), scope: 'orders:notify' } });
  expect(await reasonOf(message, may({ subject: { issuers }, tenant: { oneOf } }))).toBe('opened');
  const rows: [object, string][] = [
    [{ subject: { issuers: ['https://issuer.test/'] }, tenant: true }, 'MESSAGE_CLAIM_NOT_ACCEPTED sub_id.iss'],
    [{ subject: { issuers: ['https://staff.test'] }, tenant: true }, 'MESSAGE_CLAIM_NOT_ACCEPTED sub_id.iss'],
    [{ subject: { issuers }, tenant: { oneOf: ['globex'] } }, 'MESSAGE_CLAIM_NOT_ACCEPTED tenant'],
    [{ subject: { issuers } }, 'MESSAGE_CLAIM_NOT_ACCEPTED tenant'],
    [{ tenant: { oneOf } }, 'MESSAGE_CLAIM_NOT_ACCEPTED sub'],
  ];
  for (const [claims, expected] of rows) expect(await reasonOf(message, may(claims))).toBe(expected);
  // What it does not claim is not asked for.
  expect(await reasonOf(found(), may({ subject: { issuers }, tenant: { oneOf } }))).toBe('opened');
});

test.each<[string, MessageFacts, string]>([
  ['no seal', { ...found(), seals: [] }, 'CREDENTIAL_MISSING message.seal'],
  [
    'the same seal twice',
    { ...found(), seals: [...found().seals, ...found().seals] },
    'CREDENTIAL_MULTIPLE message.seal',
  ],
  ['an unknown producer', forged({ iss: 'spiffe://prod.test/mallory' }), 'MESSAGE_PRODUCER_UNKNOWN iss'],
  ['no producer', forged({ iss: undefined }), 'MESSAGE_SEAL_MALFORMED iss'],
  ['a key of somebody else', forged({}, {}, signingKey('ES256', 'mallory-1')), 'MESSAGE_KEY_UNKNOWN kid'],
  [
    'a key of somebody else by the name of ours',
    forged({}, { kid: 'orders-1' }, signingKey('ES256', 'mallory-1')),
    'MESSAGE_SIGNATURE_INVALID signature',
  ],
  ['no kid', forged({}, { kid: undefined }), 'MESSAGE_SEAL_MALFORMED kid'],
  ['the type of an access token', forged({}, { typ: 'at+jwt' }), 'MESSAGE_SEAL_MALFORMED typ'],
  ['no type', forged({}, { typ: undefined }), 'MESSAGE_SEAL_MALFORMED typ'],
  ['the algorithm none', forged({}, { alg: 'none' }), 'MESSAGE_SEAL_MALFORMED alg'],
  ['an algorithm that is not accepted', forged({}, { alg: 'RS256' }), 'MESSAGE_SEAL_MALFORMED alg'],
  ['an algorithm that does not fit the key', forged({}, { alg: 'PS256' }), 'MESSAGE_KEY_UNKNOWN alg'],
  ['a critical extension', forged({}, { crit: ['b64'], b64: false }), 'MESSAGE_SEAL_MALFORMED crit'],
  ['too many characters', forged({ pad: 'x'.repeat(8192) }), 'MESSAGE_SEAL_MALFORMED token.length'],
  ['no audience', forged({ aud: [] }), 'MESSAGE_SEAL_MALFORMED aud'],
  ['nine audiences', forged({ aud: Array.from({ length: 9 }, () => destination) }), 'MESSAGE_SEAL_MALFORMED aud'],
  ['no id', forged({ jti: undefined }), 'MESSAGE_SEAL_MALFORMED jti'],
  ['an id with a line break', forged({ jti: 'a\nb' }), 'MESSAGE_SEAL_MALFORMED jti'],
  ['an end that is no number', forged({ exp: '9999999999' }), 'MESSAGE_SEAL_MALFORMED iat'],
  ['half a second', forged({ iat: seconds - 0.5 }), 'MESSAGE_SEAL_MALFORMED iat'],
  ['no message', forged({ msg: undefined }), 'MESSAGE_SEAL_MALFORMED msg'],
  ['a digest of another kind', forged({ msg: { dig: 'sha-1:x', dst: destination } }), 'MESSAGE_SEAL_MALFORMED msg.dig'],
  ['a subject without its issuer', forged({ sub: 'alice', act: { sub: producer } }), 'MESSAGE_SEAL_MALFORMED sub'],
  [
    'two subjects',
    forged({ sub: 'alice', sub_id: { format: 'iss_sub', iss: 'i', sub: 'bob' }, act: { sub: producer } }),
    'MESSAGE_SEAL_MALFORMED sub_id',
  ],
  [
    'a subject nobody acts for',
    forged({ sub: 'alice', sub_id: { format: 'iss_sub', iss: 'i', sub: 'alice' } }),
    'MESSAGE_SEAL_MALFORMED act',
  ],
  ['an actor and no subject', forged({ act: { sub: producer } }), 'MESSAGE_SEAL_MALFORMED act'],
  [
    'another outermost actor',
    forged({
      sub: 'alice',
      sub_id: { format: 'iss_sub', iss: 'i', sub: 'alice' },
      act: { sub: 'spiffe://prod.test/mallory', act: { sub: producer } },
    }),
    'MESSAGE_SEAL_MALFORMED act',
  ],
  ['a scope that is no text', forged({ scope: ['orders:notify'] }), 'MESSAGE_SEAL_MALFORMED scope'],
])('a seal with %s is refused', async (_, message, expected) => {
  expect(await reasonOf(forged({}))).toBe('opened');
  expect(await reasonOf(message)).toBe(expected);
});

test('a source of keys answers with the time of the seal, and says why it has none', async () => {
  const asked: unknown[] = [];
  const keys = {
    find: (selector: object) => {
      asked.push(selector);
      return Promise.resolve(refuse('ISSUER_KEYS_UNAVAILABLE', 'keys'));
    },
  };
  expect(await reasonOf(found(), expectations({ producers: [{ id: producer, keys }] }))).toBe(
    'ISSUER_KEYS_UNAVAILABLE keys',
  );
  expect(asked).toEqual([{ keyId: 'orders-1', algorithm: 'ES256', signedAt: seconds }]);
  const broken = { find: () => Promise.reject(new Error('down')) };
  expect(await reasonOf(found(), expectations({ producers: [{ id: producer, keys: broken }] }))).toBe(
    'INTERNAL_FAULT producers.keys',
  );
});

test('expectations that nobody knows, or that expect nobody, refuse', async () => {
  const refused: Reason = 'INTERNAL_FAULT';
  for (const more of [{ producers: [] }, { audiences: [] }, { now: Number.NaN }, { clockToleranceSeconds: 301 }]) {
    expect(await reasonOf(found(), { ...expectations(), ...more } as unknown as MessageExpectations)).toBe(
      `${refused} options`,
    );
  }
});
