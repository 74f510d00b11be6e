/** The small service that every framework offers, and the guards in front of it. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServiceAuth } from '@countersign/core';
import type { TokenSet } from '../token-set.ts';

/** What the guards of a framework are. The first three are the same everywhere. */
export const guards = {
  express: ['express-oauth2-jwt-bearer', 'express-jwt + jwks-rsa', 'passport-jwt + jwks-rsa'],
  fastify: ['@fastify/jwt, static key', '@fastify/jwt, static key, cache'],
  'nest on express': ['jose guard by hand', '@nestjs/passport + passport-jwt'],
  'nest on fastify': ['jose guard by hand', '@nestjs/passport + passport-jwt'],
} as const;

export type Framework = keyof typeof guards;
export const commonGuards = ['unguarded', 'bare Map', 'countersign', 'countersign, JSON lines'] as const;
export type Guard = (typeof commonGuards)[number] | (typeof guards)[Framework][number];

/** Which server. */
export interface ServerJob {
  readonly job: 'server';
  readonly framework: Framework;
  readonly guard: Guard;
  readonly set: TokenSet;
  readonly jwksUri: string;
  /** File that the JSON-lines sink writes to. */
  readonly auditPath: string;
}

/** What the services are made of. */
export interface ServiceMaterial extends Omit<ServerJob, 'job'> {
  readonly known: ReadonlySet<string>;
  readonly auth: ServiceAuth;
}

export const path = '/stock/:sku';
export const answer = { sku: 'apple', left: 12 };

/** Whether a guard is ours. */
export function isOurs(guard: Guard): boolean {
  return guard.startsWith('countersign');
}

/** Listens on a free port of loopback. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
