/** What must not compile, and what must: tsc reads this file, nothing runs it. */
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  Allow,
  callerOf,
  CurrentCaller,
  describeRoutes,
  maybeCallerOf,
  Public,
  ServiceAuthModule,
  type AsyncOptions,
  type Caller,
  type ServiceAuth,
} from './index.ts';

declare const auth: ServiceAuth;
declare const request: import('node:http').IncomingMessage;

@Controller()
@Allow({ scope: 'inventory:read' })
class Inventory {
  @Get('stock/:sku')
  @Allow({ caller: 'spiffe://prod.example/orders', scope: ['a', 'b'] })
  find(@CurrentCaller() caller: Caller, @CurrentCaller({ optional: true }) maybe: Caller | undefined): string {
    return caller.id + (maybe?.id ?? '');
  }

  @Get('healthz')
  @Public('liveness probe')
  health(): string {
    return 'ok';
  }

  // @ts-expect-error a requirement asks for something
  @Allow({})
  empty(): void {}

  // @ts-expect-error misspelt
  @Allow({ scopes: 'a' })
  misspelt(): void {}

  // @ts-expect-error every verified caller takes a reason
  @Allow({ anyCaller: true })
  everybody(): void {}

  // @ts-expect-error optional is true, or left out
  @Allow({ scope: 'a', optional: false })
  notOptional(): void {}

  // @ts-expect-error a public handler says why
  @Public()
  silent(): void {}

  // @ts-expect-error optional is true, or left out
  insisting(@CurrentCaller({ optional: false }) caller: Caller): string {
    return caller.id;
  }
}

@Module({ imports: [ServiceAuthModule.forRoot({ auth, corsPreflight: true })], controllers: [Inventory] })
class AppModule {}

const express = await NestFactory.create(AppModule);
const fastify = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter());
describeRoutes(express).concat(describeRoutes(fastify));
const caller: Caller = callerOf(request);
// @ts-expect-error there may be none
maybeCallerOf(request).id.concat(caller.id);
// @ts-expect-error a request, not its id
callerOf('request');

ServiceAuthModule.forRootAsync({ useFactory: () => ({ auth }) });
ServiceAuthModule.forRootAsync({
  imports: [],
  inject: ['token'],
  useFactory: async (made: ServiceAuth) => ({ auth: made }),
});
const options: AsyncOptions = { useFactory: () => ({ auth }) };
ServiceAuthModule.forRootAsync(options);
// @ts-expect-error a service is needed
ServiceAuthModule.forRoot({});
// @ts-expect-error misspelt
ServiceAuthModule.forRoot({ auth, corsPreflights: true });
// @ts-expect-error preflights are a yes or a no
ServiceAuthModule.forRoot({ auth, corsPreflight: 'yes' });
// @ts-expect-error a factory is needed
ServiceAuthModule.forRootAsync({ inject: [] });
// @ts-expect-error the factory makes options
ServiceAuthModule.forRootAsync({ useFactory: () => auth });
