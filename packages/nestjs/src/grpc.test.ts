import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { Controller, Get } from '@nestjs/common';
import {
  GrpcMethod,
  GrpcStreamCall,
  GrpcStreamMethod,
  Payload,
  Transport,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { map, type Observable } from 'rxjs';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import {
  Allow,
  CurrentCaller,
  maybeCurrentCaller,
  Public,
  ServiceAuthModule,
  type Caller,
  type ServiceAuth,
} from './index.ts';
import { create, world } from './nestjs.test-kit.ts';

const readers = { scope: 'inventory:read' } as const;
const folder = mkdtempSync(join(tmpdir(), 'countersign-'));
const protoPath = join(folder, 'stock.proto');
writeFileSync(
  protoPath,
  `syntax = "proto3";
package stock;
message Text { string text = 1; }
service Stock {
  rpc Find (Text) returns (Text);
  rpc Bill (Text) returns (Text);
  rpc Greet (Text) returns (Text);
  rpc Health (Text) returns (Text);
  rpc Watch (Text) returns (stream Text);
  rpc Echo (stream Text) returns (stream Text);
  rpc Raw (stream Text) returns (Text);
}`,
);
afterAll(() => rmSync(folder, { recursive: true }));

interface Text {
  readonly text: string;
}

@Controller()
class Stock {
  @Get('healthz')
  @Public('liveness probe')
  http(): string {
    return 'ok';
  }

  @GrpcMethod('Stock', 'Find')
  @Allow(readers)
  find(@Payload() { text }: Text, @CurrentCaller() caller: Caller): Text {
    return { text: `${text} for ${caller.id} in ${maybeCurrentCaller()?.id}` };
  }

  @GrpcMethod('Stock', 'Bill')
  @Allow({ scope: 'billing:write' })
  bill(): Text {
    return { text: 'billed' };
  }

  @GrpcMethod('Stock', 'Greet')
  @Allow({ caller: 'spiffe://prod.test/**', optional: true })
  greet(@Payload() _request: Text, @CurrentCaller({ optional: true }) caller: Caller | undefined): Text {
    return { text: caller?.id ?? 'anonymous' };
  }

  @GrpcMethod('Stock', 'Health')
  @Public('liveness probe')
  health(): Text {
    return { text: 'ok' };
  }

  @GrpcMethod('Stock', 'Watch')
  @Allow(readers)
  watch(): Text {
    return { text: maybeCurrentCaller()?.id ?? 'nobody' };
  }

  @GrpcStreamMethod('Stock', 'Echo')
  @Allow(readers)
  echo(texts: Observable<Text>): Observable<Text> {
    return texts.pipe(map(({ text }) => ({ text: `${text} ${maybeCurrentCaller()?.id}` })));
  }

  @GrpcStreamCall('Stock', 'Raw')
  @Allow(readers)
  raw(stream: grpc.ServerReadableStream<Text, Text>, callback: grpc.sendUnaryData<Text>): void {
    stream.on('data', () => {});
    stream.on('end', () => callback(null, { text: maybeCurrentCaller()?.id ?? 'nobody' }));
  }
}

type Answer = { readonly code: number; readonly text: string };
type Client = grpc.Client & Record<string, (...given: unknown[]) => grpc.ClientDuplexStream<Text, Text>>;

/** A hybrid application, without `inheritAppConfig`: global guards do not reach its microservice. */
async function start(auth: ServiceAuth): Promise<Client> {
  const app = await create('express', { imports: [ServiceAuthModule.forRoot({ auth })], controllers: [Stock] });
  const probe = new grpc.Server();
  const insecure = grpc.ServerCredentials.createInsecure();
  const port = await new Promise<number>((resolve, reject) => {
    probe.bindAsync('127.0.0.1:0', insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  probe.forceShutdown();
  app.connectMicroservice<MicroserviceOptions>({
    transport: Transport.GRPC,
    options: { package: 'stock', protoPath, url: `127.0.0.1:${port}` },
  });
  await app.startAllMicroservices();
  const definition = grpc.loadPackageDefinition(loadSync(protoPath)) as unknown as {
    stock: { Stock: new (url: string, credentials: grpc.ChannelCredentials) => Client };
  };
  const client = new definition.stock.Stock(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  onTestFinished(() => client.close());
  return client;
}

function metadataOf(...authorization: readonly string[]): grpc.Metadata {
  const metadata = new grpc.Metadata();
  for (const one of authorization) metadata.add('authorization', one);
  return metadata;
}

function unary(client: Client, method: string, ...authorization: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    const settle = (error: grpc.ServiceError | null, answer?: Text): void =>
      resolve(error === null ? { code: 0, text: answer?.text ?? '' } : { code: error.code, text: error.details });
    client[method]?.({ text: '42' }, metadataOf(...authorization), settle);
  });
}

function streamed(stream: grpc.ClientReadableStream<Text> | undefined): Promise<Answer> {
  return new Promise((resolve) => {
    const texts: string[] = [];
    stream?.on('data', ({ text }: Text) => texts.push(text));
    stream?.on('end', () => resolve({ code: 0, text: texts.join() }));
    stream?.on('error', (error: grpc.ServiceError) => resolve({ code: error.code, text: error.details }));
  });
}

const id = 'spiffe://prod.test/orders';
test.each([
  ['a good token', 'Find', ['Bearer orders'], 0, `42 for ${id} in ${id}`],
  ['no credential', 'Find', [], 16, 'This request needs a credential.'],
  ['a bad token', 'Find', ['Bearer mallory'], 16, 'The token was rejected.'],
  ['a token without the scope', 'Bill', ['Bearer orders'], 7, 'The token does not carry the scope this needs.'],
  ['a token with the scope', 'Bill', ['Bearer billing'], 0, 'billed'],
  ['another scheme', 'Find', ['Basic b3JkZXJzOg=='], 16, 'This kind of credential is not accepted here.'],
  ['two tokens in one', 'Find', ['Bearer orders, Bearer orders'], 16, expect.any(String)],
  ['an optional handler without credential', 'Greet', [], 0, 'anonymous'],
  ['an optional handler with a bad token', 'Greet', ['Bearer mallory'], 16, 'The token was rejected.'],
  ['an optional handler with a good token', 'Greet', ['Bearer orders'], 0, id],
  ['a public handler', 'Health', [], 0, 'ok'],
])('gRPC: %s', async (_title, method, authorization, code, text) => {
  expect(await unary(await start(world().auth), method, ...authorization)).toEqual({ code, text });
});

test('gRPC: one event per call, with the path of the method', async () => {
  const { auth, events } = world();
  const client = await start(auth);
  await unary(client, 'Find', 'Bearer orders');
  await unary(client, 'Find');
  expect(events.map((event) => [event['event.name'], event['rpc.method']])).toEqual([
    ['authz.allow', '/stock.Stock/Find'],
    ['authn.failure', '/stock.Stock/Find'],
  ]);
  expect(new Set(events.map((event) => event['request.id'])).size).toBe(2);
});

test.each([
  ['Bearer orders', 0],
  ['Bearer billing', 7],
  ['Bearer mallory', 16],
])('gRPC: streams are judged when they begin, with %s', async (authorization, code) => {
  const client = await start(world().auth);
  const metadata = metadataOf(authorization);
  const sent = (stream: grpc.ClientDuplexStream<Text, Text> | undefined): typeof stream => {
    stream?.write({ text: 'a' });
    stream?.end();
    return stream;
  };
  expect(await streamed(client['Watch']?.({ text: '42' }, metadata))).toMatchObject({ code });
  expect(await streamed(sent(client['Echo']?.(metadata)))).toMatchObject({ code });
  const raw = await new Promise<number>((resolve) => {
    sent(client['Raw']?.(metadata, (error: grpc.ServiceError | null) => resolve(error?.code ?? 0)));
  });
  expect(raw).toBe(code);
});

test.each([
  ['a dependency that is down', 'ISSUER_KEYS_UNAVAILABLE', 14],
  ['a fault of ours', 'INTERNAL_FAULT', 13],
] as const)('gRPC: %s has a code of its own', async (_title, reason, code) => {
  const denying = world().auth;
  const check: ServiceAuth['check'] = async (facts, requirement) => {
    const verdict = await denying.check(facts, requirement);
    if (verdict.outcome !== 'denied') throw new Error('expected a refusal');
    const status = code === 14 ? 503 : 500;
    return { ...verdict, reason, response: { ...verdict.response, status } };
  };
  expect((await unary(await start({ ...denying, check }), 'Find')).code).toBe(code);
});

test('gRPC: callers at the same time see only themselves', async () => {
  const client = await start(world().auth);
  const rows = Array.from({ length: 24 }, (_, index) => (index % 2 === 0 ? 'slow-orders' : 'orders'));
  const answers = await Promise.all(rows.map((as) => unary(client, 'Find', `Bearer ${as}`)));
  expect(answers.map(({ text }) => text)).toEqual(
    rows.map((as) => `42 for spiffe://prod.test/${as} in spiffe://prod.test/${as}`),
  );
});
