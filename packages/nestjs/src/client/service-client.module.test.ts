import { answerStatusOf, ServiceCallError, serverTls, type CallFaultCode } from '@countersign/client';
import type { CredentialSource, ServiceClient, ServiceClientOptions, ServiceClients } from '@countersign/client';
import { ConfigurationError, Secret } from '@countersign/core';
import { Catch, Controller, Get, HttpException, Module } from '@nestjs/common';
import type { ArgumentsHost, DynamicModule } from '@nestjs/common';
import { APP_FILTER, BaseExceptionFilter } from '@nestjs/core';
import { describe, expect, it } from 'vitest';
import { startDownstream, type Downstream } from '../../../core/src/node/downstream.test-kit.ts';
import { call, create, platforms, serve } from '../nestjs.test-kit.ts';
import { InjectServiceClient, InjectServiceClients } from './inject-service-client.decorator.ts';
import { ServiceClientModule } from './service-client.module.ts';

function credentials(token: string): CredentialSource {
  return { bind: () => ({ credential: () => ({ scheme: 'Bearer', token: new Secret(token) }) }) };
}

function optionsTo({ origin, bundlePem }: Downstream, token = 'ours'): ServiceClientOptions {
  return { baseUrl: origin, audience: origin, credentials: credentials(token), tls: serverTls({ ca: bundlePem }) };
}

@Controller()
class Stock {
  @InjectServiceClient('inventory') readonly inventory!: ServiceClient;

  @Get('stock')
  async stock(): Promise<unknown> {
    return (await this.inventory.fetch('/stock/42')).json();
  }
}

/** A module with the controller, and with what it imports. */
function featureOf(...imports: (DynamicModule | (new () => object))[]): new () => object {
  class Feature {}
  Module({ imports, controllers: [Stock] })(Feature);
  return Feature;
}

/** A module that hands a client on, or what another module hands on. */
function sharedOf(given: ServiceClientOptions | (new () => object)): new () => object {
  class Shared {}
  const from = typeof given === 'function' ? given : ServiceClientModule.forFeature({ inventory: given });
  Module({ imports: [from], exports: [typeof given === 'function' ? given : ServiceClientModule] })(Shared);
  return Shared;
}

describe.each(platforms)('clients of an application of Nest on %s', (platform) => {
  it.each<readonly [string, (options: ServiceClientOptions) => object[]]>([
    ['forRoot, seen everywhere', (inventory) => [ServiceClientModule.forRoot({ inventory }), featureOf()]],
    ['forFeature', (inventory) => [featureOf(ServiceClientModule.forFeature({ inventory }))]],
    [
      'forRootAsync',
      (inventory) => [
        ServiceClientModule.forRootAsync({ inventory: { useFactory: async () => inventory } }),
        featureOf(),
      ],
    ],
    [
      'forFeatureAsync with a provider of another module',
      (inventory) => {
        class Settings {}
        Module({ providers: [{ provide: 'SETTINGS', useValue: inventory }], exports: ['SETTINGS'] })(Settings);
        const useFactory = (given: ServiceClientOptions): ServiceClientOptions => given;
        const made = { inventory: { imports: [Settings], inject: ['SETTINGS'], useFactory } };
        return [featureOf(ServiceClientModule.forFeatureAsync(made))];
      },
    ],
  ])('are injected by name, and close with it: %s', async (_name, importsOf) => {
    const downstream = await startDownstream();
    const app = await create(platform, { imports: importsOf(optionsTo(downstream)) as DynamicModule[] });
    const { status, body } = await call(await serve(app), '/stock');
    expect([status, body]).toEqual([200, '{"ok":true}']);
    expect(downstream.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer ours']);
    const { inventory } = app.get(Stock, { strict: false });
    await app.close();
    await expect(inventory.fetch('/')).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
  });
});

/** The sample of docs/how-to/call-another-service.md. */
@Catch(ServiceCallError)
class CallFaultFilter extends BaseExceptionFilter {
  override catch(error: ServiceCallError, host: ArgumentsHost): void {
    const status = answerStatusOf(error);
    if (status === 401) {
      const response = host.switchToHttp().getResponse<object>();
      this.httpAdapterHost?.httpAdapter.setHeader(response, 'www-authenticate', 'Bearer error="invalid_token"');
    }
    // oxlint-disable-next-line promise/valid-params -- the method of a filter, not of a promise
    super.catch(new HttpException('A service behind this one gave no answer.', status), host);
  }
}

describe.each(platforms)('a call without an answer, of an application of Nest on %s', (platform) => {
  it.each<readonly [CallFaultCode, number, string | undefined]>([
    ['SUBJECT_EXPIRED', 401, 'Bearer error="invalid_token"'],
    ['SCOPE_NOT_HELD', 403, undefined],
    ['CREDENTIAL_UNAVAILABLE', 503, undefined],
    ['CREDENTIAL_REFUSED', 500, undefined],
  ])('is told to our caller in its terms: %s', async (code, expected, challenge) => {
    const detail = { expected: 'https://issuer.internal' };
    const failing = { bind: () => ({ credential: () => Promise.reject(new ServiceCallError(code, detail)) }) };
    const inventory = { ...optionsTo(await startDownstream()), credentials: failing };
    const app = await create(platform, {
      imports: [featureOf(ServiceClientModule.forFeature({ inventory }))],
      providers: [{ provide: APP_FILTER, useClass: CallFaultFilter }],
    });
    const { status, headers, body } = await call(await serve(app), '/stock');
    expect([status, headers['www-authenticate']]).toEqual([expected, challenge]);
    expect(JSON.parse(body)).toEqual({ statusCode: expected, message: 'A service behind this one gave no answer.' });
  });
});

describe('clients of an application of Nest', () => {
  it.each([
    ['', {}],
    [', however Nest tells modules apart', { moduleIdGeneratorAlgorithm: 'deep-hash' }],
  ] as const)('of one name in two modules are two clients, each with its own token%s', async (_when, options) => {
    const downstream = await startDownstream();
    @Controller('other')
    class Other {
      @InjectServiceClient('inventory') readonly inventory!: ServiceClient;

      @Get()
      async get(): Promise<unknown> {
        return (await this.inventory.fetch('/other')).json();
      }
    }
    class OtherFeature {}
    const other = ServiceClientModule.forFeature({ inventory: optionsTo(downstream, 'theirs') });
    Module({ imports: [other], controllers: [Other] })(OtherFeature);
    const ours = featureOf(ServiceClientModule.forFeature({ inventory: optionsTo(downstream) }));
    const app = await create('express', { imports: [ours, OtherFeature] }, options);
    const port = await serve(app);
    await call(port, '/stock');
    await call(port, '/other');
    expect(downstream.seen.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/stock/42', 'Bearer ours'],
      ['/other', 'Bearer theirs'],
    ]);
  });

  it('say whether they are ready', async () => {
    const downstream = await startDownstream();
    class Probe {
      @InjectServiceClients() readonly all!: ServiceClients;
    }
    const good = await create('express', {
      imports: [ServiceClientModule.forRoot({ inventory: optionsTo(downstream) })],
      providers: [Probe],
    });
    await good.get(Probe).all.ready();
    const failing = { bind: () => ({ credential: () => Promise.reject(new Error('down')) }) };
    const bad = await create('express', {
      imports: [ServiceClientModule.forRoot({ inventory: { ...optionsTo(downstream), credentials: failing } })],
      providers: [Probe],
    });
    await expect(bad.get(Probe).all.ready()).rejects.toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE' });
    expect(downstream.seen).toEqual([]);
  });

  it('with faults keep it from starting, all faults in one error', async () => {
    const downstream = await startDownstream();
    const wrong = { ...optionsTo(downstream), audience: '' };
    const start = create('express', { imports: [ServiceClientModule.forRoot({ inventory: wrong, payments: wrong })] });
    const fault: unknown = await start.catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(ConfigurationError);
    expect((fault as ConfigurationError).faults.map(({ option }) => option)).toEqual([
      'inventory.audience',
      'payments.audience',
    ]);
  });

  it.each([
    ['forRoot', () => ServiceClientModule.forRoot(undefined as never)],
    ['forRootAsync', () => ServiceClientModule.forRootAsync(undefined as never)],
  ])('of which %s is told nothing keep it from starting, with the fix', async (_name, moduleOf) => {
    await expect(create('express', { imports: [moduleOf()] })).rejects.toThrow('clients: names no client');
  });

  it.each<readonly [string, (options: ServiceClientOptions) => object[]]>([
    ['forRoot', (inventory) => [1, 2].map(() => ServiceClientModule.forRoot({ inventory }))],
    [
      'forFeature in one module',
      (inventory) => [featureOf(...[1, 2].map(() => ServiceClientModule.forFeature({ inventory })))],
    ],
    [
      'forFeature here and in a module that hands its clients on',
      (inventory) => [featureOf(sharedOf(inventory), ServiceClientModule.forFeature({ inventory }))],
    ],
    ['handed on by two modules', (inventory) => [featureOf(...[1, 2].map(() => sharedOf(sharedOf(inventory))))]],
  ])('of one name in one place keep it from listening: %s twice', async (_name, importsOf) => {
    const imports = importsOf(optionsTo(await startDownstream())) as DynamicModule[];
    const app = await create('express', { imports });
    await expect(serve(app)).rejects.toThrow('inventory: is the name of two clients');
  });

  it('that a module hands on by two ways are one client', async () => {
    const downstream = await startDownstream();
    const shared = sharedOf(optionsTo(downstream));
    const app = await create('express', { imports: [featureOf(shared, sharedOf(shared))] });
    await call(await serve(app), '/stock');
    expect(downstream.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer ours']);
  });

  it('that a module keeps to itself may have the name of others', async () => {
    const downstream = await startDownstream();
    class Closed {}
    Module({ imports: [ServiceClientModule.forFeature({ inventory: optionsTo(downstream, 'theirs') })] })(Closed);
    const own = ServiceClientModule.forFeature({ inventory: optionsTo(downstream) });
    await call(await serve(await create('express', { imports: [featureOf(Closed, own)] })), '/stock');
    expect(downstream.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer ours']);
  });

  it('of a module go before those of the application that have the same name', async () => {
    const downstream = await startDownstream();
    const root = ServiceClientModule.forRoot({ inventory: optionsTo(downstream, 'of all') });
    const own = featureOf(ServiceClientModule.forFeature({ inventory: optionsTo(downstream) }));
    await call(await serve(await create('express', { imports: [root, own] })), '/stock');
    expect(downstream.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer ours']);
  });

  it('that are not imported are an error that says what to write', async () => {
    const start = create('express', { imports: [featureOf()] });
    await expect(start).rejects.toThrow(/import ServiceClientModule\.forFeature\(\{ inventory: \{ … \} \}\)/);
  });
});
