/** A microservice without a web server beside it: there is no HTTP adapter, and its handlers are guarded all the same. */
import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  MessagePattern,
  Payload,
  Transport,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { expect, onTestFinished, test } from 'vitest';
import {
  Allow,
  attachSeals,
  createMemoryMessageLedger,
  createServiceAuth,
  memorySink,
  sealedMessage,
  sealedText,
  ServiceAuthModule,
} from '../index.ts';

const producer = 'spiffe://prod.test/orders';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keys = { find: () => ({ keyId: 'orders-1', key: { keyObject: privateKey, algorithm: 'ES256' as const } }) };
const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'orders-1' }] };

@Controller()
class Counting {
  @MessagePattern('count')
  @Allow({ caller: producer })
  count(@Payload() text: string): string {
    return `counted ${text}`;
  }
}

@Controller()
class Forgotten {
  @MessagePattern('forgotten')
  forgotten(): string {
    return 'nobody was asked';
  }
}

async function start(controller: object) {
  const accept = [
    sealedMessage({ producers: [{ id: producer, keys: jwks }], ledger: createMemoryMessageLedger() }),
  ] as const;
  const auth = createServiceAuth({
    service: 'spiffe://prod.test/notifications',
    audience: 'https://notifications.test',
    accept,
    audit: memorySink(),
  });
  class AppModule {}
  Module({ imports: [ServiceAuthModule.forRoot({ auth })], controllers: [controller as never] })(AppModule);
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(AppModule, {
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port: 0 },
    logger: false,
    abortOnError: false,
  });
  onTestFinished(() => app.close());
  await app.listen();
  const { port } = app.unwrap<{ address(): AddressInfo }>().address();
  const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
  client.setOnDispatchHook(attachSeals);
  onTestFinished(() => void client.close());
  return (data: unknown): Promise<unknown> => lastValueFrom(client.send('count', data as object));
}

test('its handlers are reached by messages with the right seal, and by no others', async () => {
  const ask = await start(Counting);
  const seal = (destination: string, id = producer) => sealedText('42', { destination }, { producer: id, keys });
  expect(await ask(seal('tcp:count'))).toBe('counted 42');
  await expect(ask('42')).rejects.toMatchObject({ status: 403 });
  await expect(ask(seal('tcp:other'))).rejects.toMatchObject({ status: 403 });
  await expect(ask(seal('tcp:count', 'spiffe://prod.test/billing'))).rejects.toMatchObject({ status: 403 });
});

test('a handler that declares nothing keeps it from starting', async () => {
  await expect(start(Forgotten)).rejects.toThrow('forgotten');
});
