import { AsyncResource } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { memorySink } from '../audit/memory-sink.ts';
import { sealedMessage, type SealedMessageOptions } from '../authentication/sealed-message.ts';
import type { MessageFacts } from '../credential/message-facts.ts';
import { messageFactsOf } from '../message/message-facts-of.ts';
import { callerForUser, consumer, expectations, found, producer, startOfTest } from '../message/message.test-kit.ts';
import { compileRequirement, type Requirement } from '../policy/requirement.ts';
import { currentCaller, maybeCurrentCaller } from '../propagation/caller-context.ts';
import type { Notice } from '../runtime/notice.ts';
import { createMemoryMessageLedger } from '../store/memory-message-ledger.ts';
import type { MessageLedger } from '../store/message-ledger.ts';
import { createServiceAuth } from './create-service-auth.ts';
import { handleMessage } from './handle-message.ts';

const anyone: Requirement = { caller: producer };

/** A consumer whose time stands still until told otherwise. */
function start(more: Partial<SealedMessageOptions> = {}, service = consumer) {
  const clock = { at: startOfTest, now: () => clock.at, monotonic: () => clock.at };
  const ledger = createMemoryMessageLedger({ clock });
  const audit = memorySink();
  const notices: Notice[] = [];
  const note = (notice: unknown): void => void notices.push(notice as Notice);
  const { producers } = expectations();
  const auth = createServiceAuth({
    service,
    audience: 'https://notifications.test',
    accept: [sealedMessage({ producers, ledger, ...more })],
    audit,
    clock,
    logger: { info: note, warn: note, error: note },
  });
  const handle = async (
    message: MessageFacts,
    handler: () => unknown = () => 'done',
    requirement: Requirement = anyone,
  ): Promise<string> => {
    const call = { facts: messageFactsOf(message, 'Orders.placed'), requirement: compileRequirement(requirement, 'x') };
    const end = await handleMessage(auth, call, handler);
    return end.outcome === 'handled' ? String(end.value) : `${end.verdict.reason}, ${end.disposition}`;
  };
  return { clock, ledger, audit, notices, handle };
}

test('the handler runs in the context of the producer and its subject', async () => {
  const { handle, audit } = start();
  const message = found({}, { sealing: { onBehalfOf: callerForUser(), scope: 'orders:notify', id: 'order-42' } });
  const requirement: Requirement = {
    caller: producer,
    subject: { oneOf: ['alice'], issuer: 'https://issuer.test' },
    actor: { oneOf: [producer] },
    tenant: { oneOf: ['acme'] },
    scope: 'orders:notify',
    senderConstrained: true,
  };
  const seen = await handle(message, () => [currentCaller().id, ...currentCaller().actors].join(' '), requirement);
  expect(seen).toBe(`${producer} ${producer} oauth:https://issuer.test#gateway`);
  expect(audit.events).toHaveLength(1);
  expect(audit.events[0]).toMatchObject({
    'event.name': 'authz.allow',
    'caller.id': producer,
    'caller.trust_domain': 'prod.test',
    'auth.method': 'sealed_message',
    'auth.methods': ['sealed-message'],
    'auth.assurance': 'high',
    'user.tenant': 'acme',
    'actor.chain': [producer, 'oauth:https://issuer.test#gateway'],
    'messaging.operation.name': 'Orders.placed',
    'messaging.system': 'nats',
    'messaging.destination.name': 'orders.placed',
    'messaging.message.id': 'order-42',
    'messaging.redelivered': false,
  });
});

test.each<[string, Requirement, string]>([
  ['another caller', { caller: 'spiffe://prod.test/billing' }, 'CALLER_NOT_ALLOWED'],
  ['a subject', { subject: 'required' }, 'SUBJECT_REQUIRED'],
  ['an actor', { actor: 'required' }, 'ACTOR_NOT_ALLOWED'],
  ['a tenant', { tenant: 'required' }, 'TENANT_NOT_ALLOWED'],
  ['a scope', { scope: 'orders:notify' }, 'SCOPE_INSUFFICIENT'],
])('a requirement that asks for %s refuses a message of the producer itself', async (_, requirement, reason) => {
  const { handle } = start();
  const message = found();
  expect(await handle(message, undefined, requirement)).toBe(`${reason}, quarantine`);
  // Policy refused it, so nobody works on it: the next attempt is judged anew.
  expect(await handle(message)).toBe('done');
});

test('what a handler started and still runs has no caller when the message is settled', async () => {
  const { handle } = start();
  for (const fails of [false, true]) {
    let ask: () => unknown = () => 'never asked';
    const handled = handle(found(), () => {
      // Bound to the context of the handler, as a timer would be.
      ask = AsyncResource.bind(() => maybeCurrentCaller()?.id);
      expect(ask()).toBe(producer);
      if (fails) throw new Error('no mail server');
      return 'done';
    });
    expect(await handled.catch((error: Error) => error.message)).toBe(fails ? 'no mail server' : 'done');
    expect(ask()).toBeUndefined();
  }
});

test('a message without a seal is refused, whatever its other headers say', async () => {
  const { handle, audit } = start();
  expect(await handle({ ...found(), seals: [] })).toBe('CREDENTIAL_MISSING, quarantine');
  expect(audit.events[0]).toMatchObject({ 'messaging.system': 'nats', 'messaging.destination.name': 'orders.placed' });
});

test('a message that was handled is not handled again', async () => {
  const { handle, clock, audit } = start();
  const message = found();
  expect(await handle(message)).toBe('done');
  expect(await handle(message)).toBe('MESSAGE_REPLAYED, acknowledge');
  clock.at += 899_000;
  expect(await handle(message)).toBe('MESSAGE_REPLAYED, acknowledge');
  clock.at += 100_000;
  expect(await handle(message)).toBe('MESSAGE_EXPIRED, quarantine');
  expect(audit.events.map((event) => event['event.reason'])).toEqual([
    undefined,
    'MESSAGE_REPLAYED',
    'MESSAGE_REPLAYED',
    'MESSAGE_EXPIRED',
  ]);
});

test('a message whose handler failed may come again, and is known', async () => {
  const { handle, audit } = start();
  const message = found();
  const fail = (): never => {
    throw new Error('no mail server');
  };
  await expect(handle(message, fail)).rejects.toThrow('no mail server');
  expect(await handle(message)).toBe('done');
  expect(audit.events.map((event) => event['messaging.redelivered'])).toEqual([false, true]);
});

test('of two consumers at once one works, and the other comes later', async () => {
  const { handle } = start();
  const message = found();
  let finish: (value: string) => void = () => {};
  const first = handle(message, () => new Promise((resolve) => (finish = resolve)));
  expect(await handle(message)).toBe('MESSAGE_IN_PROGRESS, retry');
  finish('first');
  expect(await first).toBe('first');
  expect(await handle(message)).toBe('MESSAGE_REPLAYED, acknowledge');
});

test('the lease of a consumer that died ends', async () => {
  const { handle, clock } = start({ leaseSeconds: 10 });
  const message = found();
  const dead = handle(message, () => new Promise(() => {}));
  void dead;
  await Promise.resolve();
  expect(await handle(message)).toBe('MESSAGE_IN_PROGRESS, retry');
  clock.at += 9_999;
  expect(await handle(message)).toBe('MESSAGE_IN_PROGRESS, retry');
  clock.at += 1;
  expect(await handle(message)).toBe('done');
});

test('the id of a handled or begun message does not carry another payload', async () => {
  const { handle } = start();
  const other = Buffer.from('{"orderId":43}');
  const same = { sealing: { id: 'order-42' } };
  expect(await handle(found({}, same))).toBe('done');
  // Nobody handled it: it must not vanish as a redelivery does.
  expect(await handle(found({ payload: other }, { ...same, message: { payload: other } }))).toBe(
    'MESSAGE_ID_REUSED, quarantine',
  );
  // The same bytes under another type are another message too.
  const cancelled = { eventType: 'order.cancelled' };
  expect(await handle(found(cancelled, { ...same, message: cancelled }))).toBe('MESSAGE_ID_REUSED, quarantine');
  expect(await handle(found({}, same))).toBe('MESSAGE_REPLAYED, acknowledge');
  expect(await handle(found({}, { sealing: { id: 'order-43' } }))).toBe('done');
});

test('of two replicas whose clocks differ by the tolerance, the slow one handles nothing again', async () => {
  const fast = start();
  const slow = start({ ledger: fast.ledger });
  fast.clock.at += 30_000;
  const message = found();
  expect(await fast.handle(message)).toBe('done');
  // The last second at which the slow one takes the seal.
  fast.clock.at = startOfTest + 30_000 + 929_000;
  slow.clock.at = startOfTest + 929_000;
  expect(await slow.handle(message)).toBe('MESSAGE_REPLAYED, acknowledge');
  slow.clock.at += 1_000;
  expect(await slow.handle(message)).toBe('MESSAGE_EXPIRED, quarantine');
});

test('services that share a ledger do not take messages from one another', async () => {
  const one = start();
  const two = start({ ledger: one.ledger }, 'spiffe://prod.test/billing');
  const message = found();
  expect(await one.handle(message)).toBe('done');
  expect(await two.handle(message)).toBe('done');
  expect(await two.handle(message)).toBe('MESSAGE_REPLAYED, acknowledge');
});

const ledger: MessageLedger = { begin: () => 'new', complete: () => {}, release: () => {} };

test.each<[string, MessageLedger]>([
  [
    'throws',
    {
      ...ledger,
      begin: () => {
        throw new Error('redis://secret@host');
      },
    },
  ],
  ['rejects', { ...ledger, begin: () => Promise.reject(new Error('down')) }],
  ['answers nonsense', { ...ledger, begin: () => 'fine' as 'new' }],
  ['answers nothing', { ...ledger, begin: () => undefined as unknown as 'new' }],
])('a ledger that %s refuses the message for now, and is told once', async (_, broken) => {
  const { handle, notices } = start({ ledger: broken });
  expect(await handle(found())).toBe('MESSAGE_LEDGER_UNAVAILABLE, retry');
  expect(await handle(found())).toBe('MESSAGE_LEDGER_UNAVAILABLE, retry');
  expect(notices).toHaveLength(1);
  expect(JSON.stringify(notices)).not.toContain('secret');
});

test('what the ledger did not note as handled is not handled', async () => {
  const { handle } = start({ ledger: { ...ledger, complete: () => Promise.reject(new Error('down')) } });
  await expect(handle(found())).rejects.toThrow('did not note');
});

test('a ledger that does not release leaves the error of the handler as it is', async () => {
  const { handle } = start({ ledger: { ...ledger, release: () => Promise.reject(new Error('down')) } });
  await expect(handle(found(), () => Promise.reject(new Error('no mail server')))).rejects.toThrow('no mail server');
});
