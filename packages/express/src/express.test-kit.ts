/** Pieces for tests of the adapter: a service that believes three tokens, both majors of Express, real sockets. */
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
} from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import express from 'express';
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

/** Both majors of Express. The types of 5 fit what the tests use of 4. */
export const majors: readonly (readonly [string, typeof express])[] = [
  ['Express 5', express],
  ['Express 4', createRequire(import.meta.url)('express4') as typeof express],
];

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

/** Serves on a loopback port until the test ends. */
export async function serve(handler: RequestListener | Server): Promise<number> {
  const server = typeof handler === 'function' ? createServer(handler) : handler;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
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
}

export function call(
  port: number,
  path: string,
  { method = 'GET', as, headers = {}, body }: Sent = {},
): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = httpRequest({
      host: '127.0.0.1',
      port,
      path,
      method,
      headers: {
        ...(as !== undefined && { authorization: `Bearer ${as}` }),
        ...(text !== undefined && {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(text)),
        }),
        ...(headers as Record<string, string | string[]>),
      },
    });
    sent.on('error', reject);
    sent.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('error', reject);
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    sent.end(text);
  });
}
