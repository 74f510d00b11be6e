import 'reflect-metadata';
import { ServiceCallError, type CallFaultCode } from '@countersign/nestjs/client';
import { Controller, Get, Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { expect, it, onTestFinished } from 'vitest';
import { CallFaultFilter } from './call-fault.filter.ts';

async function answerTo(thrown: unknown): Promise<Response> {
  @Controller()
  class Failing {
    @Get()
    fail(): Promise<never> {
      return Promise.reject(thrown);
    }
  }
  @Module({ controllers: [Failing], providers: [{ provide: APP_FILTER, useClass: CallFaultFilter }] })
  class App {}
  const app = await NestFactory.create(App, new FastifyAdapter(), { logger: false });
  onTestFinished(() => app.close());
  await app.listen(0, '127.0.0.1');
  return fetch(await app.getUrl());
}

it.each<readonly [CallFaultCode, number, string | null]>([
  ['SUBJECT_EXPIRED', 401, 'Bearer error="invalid_token"'],
  ['SCOPE_NOT_HELD', 403, null],
  ['CREDENTIAL_UNAVAILABLE', 503, null],
  ['CREDENTIAL_REFUSED', 500, null],
])(
  '%s is answered with what it means for our caller, and with nothing of its detail',
  async (code, status, challenge) => {
    const answer = await answerTo(new ServiceCallError(code, { expected: 'https://issuer.internal' }));
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([status, challenge]);
    expect(await answer.json()).toEqual({ statusCode: status, message: 'There was no answer.' });
  },
);

it('another error is left to Nest', async () => {
  const answer = await answerTo(new Error('ours'));
  expect([answer.status, await answer.json()]).toEqual([500, { statusCode: 500, message: 'Internal server error' }]);
});
