/** The service on NestJS, on both platforms. */
import 'reflect-metadata';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Allow, Public, ServiceAuthModule } from '@countersign/nestjs';
import { Controller, Get, Module, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { bearerOf, joseGuard, usePassportJwt } from './peer-guards.ts';
import { answer, isOurs, path, type ServiceMaterial } from './service.ts';

@Controller()
class PlainController {
  @Get(path)
  find(): object {
    return answer;
  }
}

@Controller()
class GuardedController {
  @Get(path)
  @Allow({ scope: 'inventory:read' })
  find(): object {
    return answer;
  }

  @Get('healthz')
  @Public('liveness probe')
  health(): object {
    return {};
  }
}

function guardBy(judge: (request: IncomingMessage) => boolean | Promise<boolean>): CanActivate {
  return {
    canActivate: (context: ExecutionContext) => {
      const request = context.switchToHttp().getRequest<IncomingMessage & { raw?: IncomingMessage }>();
      return judge(request.raw ?? request);
    },
  };
}

function guardOf(material: ServiceMaterial): CanActivate | undefined {
  if (material.guard === 'bare Map') return guardBy((request) => material.known.has(bearerOf(request)));
  if (material.guard === 'jose guard by hand') return guardBy(joseGuard(material));
  if (material.guard !== '@nestjs/passport + passport-jwt') return undefined;
  usePassportJwt(material);
  return new (AuthGuard('jwt'))() as CanActivate;
}

/** Starts it; answers the port. */
export async function startNest(material: ServiceMaterial): Promise<number> {
  const ours = isOurs(material.guard);
  @Module({
    imports: ours ? [ServiceAuthModule.forRoot({ auth: material.auth })] : [],
    controllers: [ours ? GuardedController : PlainController],
  })
  class BenchModule {}
  const options = { logger: false, abortOnError: false } as const;
  const app =
    material.framework === 'nest on fastify'
      ? await NestFactory.create(BenchModule, new FastifyAdapter(), options)
      : await NestFactory.create(BenchModule, options);
  const guard = guardOf(material);
  if (guard !== undefined) app.useGlobalGuards(guard);
  await app.listen(0, '127.0.0.1');
  return ((app.getHttpServer() as Server).address() as AddressInfo).port;
}
