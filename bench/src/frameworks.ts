/** One small service per framework, three ways: unguarded, behind a bare Map of known tokens, and behind Countersign. */
import 'reflect-metadata';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Allow, Public, ServiceAuthModule } from '@countersign/nestjs';
import { allow, serviceAuth as expressAuth } from '@countersign/express';
import { serviceAuth as fastifyAuth, type ServiceAuth } from '@countersign/fastify';
import { Controller, Get, Module, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import express from 'express';
import Fastify from 'fastify';

export const frameworks = ['express', 'fastify', 'nest on express', 'nest on fastify'] as const;
export type Framework = (typeof frameworks)[number];
export const guardKinds = ['none', 'map', 'countersign'] as const;
export type GuardKind = (typeof guardKinds)[number];

/** What the guards need. */
export interface GuardMaterial {
  readonly known: ReadonlyMap<string, object>;
  readonly auth: ServiceAuth;
}

const path = '/stock/:sku';
const answer = { sku: 'apple', left: 12 };

function isKnown({ known }: GuardMaterial, request: IncomingMessage): boolean {
  return known.has(request.headers.authorization?.slice('Bearer '.length) ?? '');
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function startExpress(kind: GuardKind, material: GuardMaterial): Promise<number> {
  const app = express();
  if (kind === 'map')
    app.use((request, response, next) => (isKnown(material, request) ? next() : response.sendStatus(401)));
  if (kind === 'countersign') {
    app.use(expressAuth(material.auth, { atLeast: { anyCaller: 'benchmark' } }));
    app.get(path, allow({ scope: 'inventory:read' }), (_request, response) => void response.json(answer));
  } else {
    app.get(path, (_request, response) => void response.json(answer));
  }
  const { createServer } = await import('node:http');
  return portOf(createServer(app));
}

async function startFastify(kind: GuardKind, material: GuardMaterial): Promise<number> {
  const app = Fastify();
  if (kind === 'countersign') await app.register(fastifyAuth, { auth: material.auth });
  if (kind === 'map') {
    app.addHook('onRequest', (request, reply, done) => {
      if (isKnown(material, request.raw)) done();
      else void reply.code(401).send();
    });
  }
  app.get(path, kind === 'countersign' ? { config: { allow: { scope: 'inventory:read' } } } : {}, () => answer);
  await app.listen({ port: 0, host: '127.0.0.1' });
  return (app.server.address() as AddressInfo).port;
}

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

async function startNest(framework: Framework, kind: GuardKind, material: GuardMaterial): Promise<number> {
  @Module({
    imports: kind === 'countersign' ? [ServiceAuthModule.forRoot({ auth: material.auth })] : [],
    controllers: [kind === 'countersign' ? GuardedController : PlainController],
  })
  class BenchModule {}
  const options = { logger: false, abortOnError: false } as const;
  const app =
    framework === 'nest on fastify'
      ? await NestFactory.create(BenchModule, new FastifyAdapter(), options)
      : await NestFactory.create(BenchModule, options);
  if (kind === 'map') {
    const guard: CanActivate = {
      canActivate: (context: ExecutionContext) => {
        const request = context.switchToHttp().getRequest<IncomingMessage & { raw?: IncomingMessage }>();
        return isKnown(material, request.raw ?? request);
      },
    };
    app.useGlobalGuards(guard);
  }
  await app.listen(0, '127.0.0.1');
  return ((app.getHttpServer() as Server).address() as AddressInfo).port;
}

/** Starts the service; answers its port. */
export function startFramework(framework: Framework, kind: GuardKind, material: GuardMaterial): Promise<number> {
  if (framework === 'express') return startExpress(kind, material);
  if (framework === 'fastify') return startFastify(kind, material);
  return startNest(framework, kind, material);
}
