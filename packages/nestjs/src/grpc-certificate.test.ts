/** gRPC over TLS: the certificate of the caller, where the transport demanded and verified one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientCertificate, createServiceAuth, memorySink } from '@countersign/core';
import { createTestAuthority } from '@countersign/testing';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { Controller } from '@nestjs/common';
import { GrpcMethod, Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { expect, onTestFinished, test } from 'vitest';
import { Allow, CurrentCaller, ServiceAuthModule, type Caller } from './index.ts';
import { create } from './nestjs.test-kit.ts';

@Controller()
class Stock {
  @GrpcMethod('Stock', 'Find')
  @Allow({ caller: 'spiffe://prod.test/orders' })
  find(@CurrentCaller() caller: Caller): object {
    return { text: caller.id };
  }
}

const proto =
  'syntax = "proto3"; package stock; message Text { string text = 1; } service Stock { rpc Find (Text) returns (Text); }';

async function start() {
  const authority = await createTestAuthority({ trustDomain: 'prod.test' });
  const server = await authority.issue({ id: 'spiffe://prod.test/inventory', dnsNames: ['localhost'] });
  const folder = mkdtempSync(join(tmpdir(), 'countersign-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const protoPath = join(folder, 'stock.proto');
  writeFileSync(protoPath, proto);
  const auth = createServiceAuth({
    service: 'spiffe://prod.test/inventory',
    audience: 'https://inventory.test',
    accept: [clientCertificate({ trustBundle: authority.bundle })],
    audit: memorySink(),
  });
  const root = Buffer.from(authority.bundlePem);
  const pair = { private_key: Buffer.from(server.keyPem), cert_chain: Buffer.from(server.certificatePem) };
  const credentials = grpc.ServerCredentials.createSsl(root, [pair], true);
  const probe = new grpc.Server();
  const port = await new Promise<number>((resolve, reject) => {
    probe.bindAsync('localhost:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  probe.forceShutdown();
  const app = await create('express', { imports: [ServiceAuthModule.forRoot({ auth })], controllers: [Stock] });
  app.connectMicroservice<MicroserviceOptions>({
    transport: Transport.GRPC,
    options: { package: 'stock', protoPath, url: `localhost:${port}`, credentials },
  });
  await app.startAllMicroservices();
  const definition = grpc.loadPackageDefinition(loadSync(protoPath)) as unknown as {
    stock: { Stock: new (url: string, secure: grpc.ChannelCredentials) => grpc.Client & Record<string, Function> };
  };
  const ask = async (id: string): Promise<unknown> => {
    const identity = await authority.issue({ id });
    const secure = grpc.credentials.createSsl(root, Buffer.from(identity.keyPem), Buffer.from(identity.certificatePem));
    const client = new definition.stock.Stock(`localhost:${port}`, secure);
    onTestFinished(() => client.close());
    return new Promise((resolve) => {
      client['Find']?.({}, (error: grpc.ServiceError | null, answer: { text: string } | undefined) =>
        resolve(error === null ? answer?.text : error.code),
      );
    });
  };
  return { ask };
}

test('knows the caller by the certificate of the connection', async () => {
  const { ask } = await start();
  expect(await ask('spiffe://prod.test/orders')).toBe('spiffe://prod.test/orders');
  expect(await ask('spiffe://prod.test/billing')).toBe(7);
  expect(await ask('spiffe://prod.test/orders/deeper')).toBe(7);
  expect(await ask('spiffe://other.test/orders')).toBe(7);
});
