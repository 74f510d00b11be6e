/** Sealed messages over TCP: real sockets, a real client of Nest, and a microservice of a hybrid application. */
import { AsyncResource } from 'node:async_hooks';
import { generateKeyPairSync } from 'node:crypto';
import { createConnection, type AddressInfo } from 'node:net';
import { Catch, Controller, UseFilters, type ExceptionFilter } from '@nestjs/common';
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Payload,
  Transport,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { lastValueFrom, of, throwError } from 'rxjs';
import { expect, onTestFinished, test } from 'vitest';
import {
  Allow,
  attachSeals,
  createMemoryMessageLedger,
  createServiceAuth,
  currentCaller,
  CurrentCaller,
  maybeCurrentCaller,
  memorySink,
  messageDispositionOf,
  sealedMessage,
  sealedText,
  ServiceAuthModule,
  type Caller,
  type MessageLedger,
  type SealingOptions,
} from '../index.ts';
import { create } from '../nestjs.test-kit.ts';

const producer = 'spiffe://prod.test/orders';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keys = { find: () => ({ keyId: 'orders-1', key: { keyObject: privateKey, algorithm: 'ES256' as const } }) };
const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'orders-1' }] };

let reached: string[] = [];
let refused: unknown[] = [];
let failures = 0;
/** Asks in the context of the handler, as a timer would that it started. */
let asked: () => unknown = () => 'never asked';
let whileHandled: unknown[] = [];

@Catch()
class Noting implements ExceptionFilter {
  catch(exception: unknown) {
    refused.push(messageDispositionOf(exception));
    return throwError(() => 'refused');
  }
}

@Controller()
class Notifications {
  @MessagePattern('notify')
  @Allow({ caller: producer, subject: 'required', tenant: { oneOf: ['acme'] } })
  notify(@Payload() text: string, @CurrentCaller() caller: Caller) {
    reached.push(text);
    return of([currentCaller().subject?.id, caller.actors.join(' ')]);
  }

  @MessagePattern('count')
  @Allow({ caller: producer })
  count(@Payload() text: string): string {
    asked = AsyncResource.bind(() => maybeCurrentCaller()?.id);
    whileHandled.push(asked());
    if (failures > 0) {
      failures -= 1;
      throw new Error('no mail server');
    }
    reached.push(text);
    return 'counted';
  }

  @EventPattern('placed')
  @Allow({ caller: producer })
  @UseFilters(Noting)
  placed(@Payload() text: string): void {
    reached.push(text);
  }
}

/** Two handlers of one event, of which one does not look at what fails in the other. */
@Controller()
class Watchers {
  @EventPattern('watched')
  @Allow({ caller: producer })
  @UseFilters(Noting)
  one(@Payload() text: string): void {
    reached.push(`one ${text}`);
  }

  @EventPattern('watched')
  @Allow({ caller: producer })
  @UseFilters(Noting)
  async two(@Payload() text: string): Promise<void> {
    await new Promise(setImmediate);
    if (failures > 0) {
      failures -= 1;
      throw new Error('no mail server');
    }
    reached.push(`two ${text}`);
  }
}

async function start(given: { readonly ledger?: MessageLedger } = {}) {
  [reached, refused, whileHandled, failures] = [[], [], [], 0];
  const audit = memorySink();
  const auth = createServiceAuth({
    service: 'spiffe://prod.test/notifications',
    audience: 'https://notifications.test',
    accept: [
      sealedMessage({
        producers: [{ id: producer, keys: jwks, mayClaim: { subject: true, tenant: true } }],
        ledger: given.ledger ?? createMemoryMessageLedger(),
      }),
    ],
    audit,
  });
  const app = await create('express', {
    imports: [ServiceAuthModule.forRoot({ auth })],
    controllers: [Notifications, Watchers],
  });
  const service = app.connectMicroservice<MicroserviceOptions>({
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port: 0 },
  });
  await app.startAllMicroservices();
  const { port } = service.unwrap<{ address(): AddressInfo }>().address();
  const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
  client.setOnDispatchHook(attachSeals);
  onTestFinished(() => void client.close());
  const ask = (pattern: string, data: unknown): Promise<unknown> => lastValueFrom(client.send(pattern, data as object));
  /** Writes a packet as it is, as somebody does who copied one. */
  const write = async (packet: object): Promise<void> => {
    const text = JSON.stringify(packet);
    const socket = createConnection(port, '127.0.0.1');
    socket.resume().end(`${text.length}#${text}`);
    await new Promise((resolve) => socket.on('close', resolve));
  };
  return { ask, write, audit };
}

const seal = (text: string, pattern: string, more: Partial<SealingOptions> = {}) =>
  sealedText(text, { destination: `tcp:${pattern}` }, { producer, keys, ...more });

/** A request for a user, as the producer handled it. */
const onBehalfOf: Caller = {
  id: 'spiffe://prod.test/gateway',
  trustDomain: 'prod.test',
  subject: { issuer: 'https://issuer.test', id: 'alice' },
  actors: [],
  scopes: new Set(),
  roles: [],
  tenant: 'acme',
  evidence: [],
  expiresAt: Date.now() + 60_000,
  assurance: 'high',
};

const rejected = { status: 403, detail: 'The message was rejected.' };

test('a message for a user reaches its handler, with the user in the context', async () => {
  const { ask, audit } = await start();
  const answer = await ask('notify', seal('{"orderId":42}', 'notify', { onBehalfOf }));
  expect(answer).toEqual(['alice', `${producer} spiffe://prod.test/gateway`]);
  expect(reached).toEqual(['{"orderId":42}']);
  expect(audit.events).toHaveLength(1);
  expect(audit.events[0]).toMatchObject({
    'event.name': 'authz.allow',
    'messaging.system': 'tcp',
    'messaging.destination.name': 'notify',
    'messaging.operation.name': 'Notifications.notify',
  });
});

test.each<[string, (good: string) => object, string]>([
  ['no seal', () => ({}), 'CREDENTIAL_MISSING'],
  ['a seal that is no text', () => ({ metadata: { 'countersign-context': { a: 1 } } }), 'MESSAGE_SEAL_MALFORMED'],
  ['two seals', (good) => ({ metadata: { 'countersign-context': [good, good] } }), 'CREDENTIAL_MULTIPLE'],
  [
    'another text',
    (good) => ({ data: '{"orderId":43}', metadata: { 'countersign-context': good } }),
    'MESSAGE_ALTERED',
  ],
  [
    'the object instead of its text',
    (good) => ({ data: { orderId: 42 }, metadata: { 'countersign-context': good } }),
    'MESSAGE_PAYLOAD_UNREADABLE',
  ],
  [
    'another pattern',
    (good) => ({ pattern: 'placed', metadata: { 'countersign-context': good } }),
    'MESSAGE_MISDIRECTED',
  ],
])('a copied packet with %s reaches no handler', async (_, change, reason) => {
  const { write, audit } = await start();
  const { text, headers } = seal('{"orderId":42}', 'count');
  await write({ pattern: 'count', id: '1', data: text, ...change(headers['countersign-context']) });
  await expect.poll(() => audit.events.map((event) => event['event.reason'])).toEqual([reason]);
  expect(reached).toEqual([]);
});

test('a message of the producer itself is not one for a user', async () => {
  const { ask } = await start();
  await expect(ask('notify', seal('x', 'notify'))).rejects.toMatchObject({ status: 403, code: 7 });
  expect(reached).toEqual([]);
});

test('a message that was handled is refused the second time, and one that failed is not', async () => {
  const { ask, audit } = await start();
  const message = seal('42', 'count');
  failures = 1;
  await expect(ask('count', message)).rejects.toMatchObject({ status: 'error' });
  expect(asked()).toBeUndefined();
  expect(await ask('count', message)).toBe('counted');
  await expect.poll(() => asked()).toBeUndefined();
  expect(whileHandled).toEqual([producer, producer]);
  await expect(ask('count', message)).rejects.toMatchObject(rejected);
  expect(reached).toEqual(['42']);
  expect(audit.events.map((event) => event['messaging.redelivered'])).toEqual([false, true, undefined]);
});

test('what the ledger did not note as handled fails', async () => {
  const ledger = { ...createMemoryMessageLedger(), complete: () => Promise.reject(new Error('down')) };
  const { ask } = await start({ ledger });
  await expect(ask('count', seal('42', 'count'))).rejects.toMatchObject({ status: 'error' });
});

test('a filter learns what to do with a refused event', async () => {
  const { write } = await start();
  const { text, headers } = seal('42', 'placed');
  const packet = { pattern: 'placed', data: text, metadata: headers };
  await write(packet);
  await expect.poll(() => reached).toEqual(['42']);
  await write(packet);
  await write({ ...packet, data: '43' });
  await expect.poll(() => refused).toEqual(['acknowledge', 'quarantine']);
});

test.each(['one after the other', 'at once'])(
  'an event with several handlers is handled when all have handled it (%s)',
  async (ledgerAnswers) => {
    const memory = createMemoryMessageLedger();
    const later = {
      ...memory,
      begin: (attempt: Parameters<MessageLedger['begin']>[0]) => Promise.resolve(memory.begin(attempt)),
    };
    const { write, audit } = await start({ ledger: ledgerAnswers === 'at once' ? memory : later });
    const { text, headers } = seal('42', 'watched');
    const packet = { pattern: 'watched', data: text, metadata: headers };
    failures = 1;
    await write(packet);
    await expect.poll(() => [...refused, ...reached]).toEqual([undefined, 'one 42']);
    await write(packet);
    await expect.poll(() => reached).toEqual(['one 42', 'one 42', 'two 42']);
    await write(packet);
    await expect
      .poll(() => audit.events.filter((event) => event['event.reason'] === 'MESSAGE_REPLAYED').length)
      .toBe(2);
    expect(reached).toHaveLength(3);
  },
);
