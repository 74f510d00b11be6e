/** The application that the tests over HTTP call. */
import { All, Body, Controller, Get, HttpCode, NotFoundException, Param, Post, Req } from '@nestjs/common';
import {
  Allow,
  callerOf,
  CurrentCaller,
  maybeCallerOf,
  Public,
  ServiceAuthModule,
  type Caller,
  type ServiceAuth,
} from './index.ts';
import { world } from './nestjs.test-kit.ts';

export const readers = { scope: 'inventory:read' } as const;
/** Everybody of the trust domain. */
const anyone = { caller: 'spiffe://prod.test/**' } as const;

@Controller()
export class Inventory {
  @Get('healthz')
  @Public('liveness probe')
  health(): string {
    return 'ok';
  }

  @Get('stock/:sku')
  @Allow(readers)
  find(@Param('sku') sku: string, @CurrentCaller() caller: Caller, @Req() request: object): object {
    return { sku, askedBy: caller.id, same: callerOf(request) === caller };
  }

  @Get('greeting')
  @Allow({ ...anyone, optional: true })
  greet(@CurrentCaller({ optional: true }) caller: Caller | undefined, @Req() request: object): string {
    return `${caller?.id ?? 'anonymous'} ${maybeCallerOf(request)?.id ?? 'anonymous'}`;
  }

  @Get('careless')
  @Allow({ ...anyone, optional: true })
  careless(@CurrentCaller() caller: Caller): string {
    return caller.id;
  }

  @Post('stock')
  @HttpCode(200)
  @Allow(readers)
  write(@Body() body: object): object {
    return body;
  }

  @Get('sold-out')
  @Allow(readers)
  soldOut(): never {
    throw new NotFoundException('sold out');
  }
}

/** The class speaks for its methods, except for those that speak themselves. */
@Controller('reports')
@Allow({ scope: 'billing:write' })
class Reports {
  @Get('daily')
  daily(): string {
    return 'daily';
  }

  @Get('stock')
  @Allow(readers)
  stock(): string {
    return 'stock';
  }

  @Get('schema')
  @Public('documentation')
  schema(): string {
    return 'schema';
  }

  @All('any')
  any(): string {
    return 'any';
  }
}

/** Two handlers, both with their access declared. */
@Controller('stock')
export class Good {
  @Get(':sku')
  @Allow(readers)
  find(): string {
    return 'data';
  }

  @Get('healthz')
  @Public('liveness probe')
  health(): string {
    return 'ok';
  }
}

export const inventory = (auth: ServiceAuth = world().auth) => ({
  imports: [ServiceAuthModule.forRoot({ auth })],
  controllers: [Inventory, Reports],
});
