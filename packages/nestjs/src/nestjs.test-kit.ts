/** Pieces for tests of the adapter: a service that believes three tokens, both platforms, and real sockets. */
import 'reflect-metadata';
import { request as httpRequest, type Agent, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Module, type INestApplication, type ModuleMetadata, type NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { onTestFinished } from 'vitest';
import {
  accept,
  createServiceAuth,
  memorySink,
  refuse,
  type Authenticator,
  type MemorySink,
  type ServiceAuth,
  type ServiceAuthOptions,
} from './index.ts';

export const startOfTest: number = Date.parse('2026-11-24T12:00:00Z');

const scopesOf: Readonly<Record<string, readonly string[]>> = {
  orders: ['inventory:read'],
  billing: ['billing:write'],
  'slow-orders': ['inventory:read'],
};

/** Believes tokens named after a workload; `slow-…` takes a while, as a remote check does. */
export const fakeTokens: Authenticator = {
  name: 'fake',
  credential: 'bearer-token',
  waivers: {},
  bind: () => ({
    authenticate: async (credential) => {
      const name = credential.kind === 'bearer-token' ? credential.token.expose() : '';
      const scopes = scopesOf[name];
      if (scopes === undefined) return refuse('TOKEN_SIGNATURE_INVALID', 'signature');
      if (name.startsWith('slow-')) await new Promise((resolve) => setTimeout(resolve, 5));
      const workload = `spiffe://prod.test/${name}`;
      const expiresAt = startOfTest + 60_000;
      return accept({
        workload,
        trustDomain: 'prod.test',
        actors: [],
        scopes: new Set(scopes),
        roles: [],
        evidence: {
          kind: 'access-token',
          workload,
          issuer: 'https://issuer.test',
          clientId: name,
          audience: ['https://inventory.test'],
          tokenType: 'at+jwt',
          algorithm: 'ES256',
          keyId: 'key-1',
          jti: undefined,
          issuedAt: startOfTest - 1000,
          expiresAt,
          binding: 'none',
        },
        expiresAt,
        assurance: 'medium',
      });
    },
  }),
};

/** A service with its events, and a clock to move. */
export interface World {
  readonly auth: ServiceAuth;
  readonly events: MemorySink['events'];
  readonly clock: { at: number; now(): number; monotonic(): number };
}

export function world(options: Partial<ServiceAuthOptions> = {}): World {
  const sink = memorySink();
  const clock = { at: startOfTest, now: () => clock.at, monotonic: () => clock.at };
  const auth = createServiceAuth({
    service: 'spiffe://prod.test/inventory',
    audience: 'https://inventory.test',
    accept: [fakeTokens],
    audit: sink,
    clock,
    ...options,
  });
  return { auth, events: sink.events, clock };
}

/** The platforms of Nest. */
export const platforms = ['express', 'fastify'] as const;
export type Platform = (typeof platforms)[number];

/** Makes an application without output, that throws instead of ending the process. Closed with the test. */
export async function create(
  platform: Platform,
  module: ModuleMetadata,
  options: NestApplicationOptions = {},
): Promise<INestApplication> {
  class AppModule {}
  Module(module)(AppModule);
  const quiet = { logger: false, abortOnError: false, ...options } as const;
  const app =
    platform === 'express'
      ? await NestFactory.create(AppModule, quiet)
      : await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), quiet);
  onTestFinished(() => app.close());
  return app;
}

/** Serves on a loopback port until the test ends. */
export async function serve(app: INestApplication): Promise<number> {
  await app.listen(0, '127.0.0.1');
  return (app.getHttpServer().address() as AddressInfo).port;
}

/** An answer, as read from the socket. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What is sent; the path goes on the wire as it is written here. */
export interface Sent {
  readonly method?: string;
  readonly as?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: unknown;
  readonly agent?: Agent;
}

export function call(port: number, path: string, sent: Sent = {}): Promise<Answer> {
  const { method = 'GET', as, headers = {}, body, agent } = sent;
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      host: '127.0.0.1',
      port,
      path,
      method,
      ...(agent !== undefined && { agent }),
      headers: {
        ...(as !== undefined && { authorization: `Bearer ${as}` }),
        ...(text !== undefined && {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(text)),
        }),
        ...(headers as Record<string, string | string[]>),
      },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('error', reject);
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    outgoing.end(text);
  });
}
