import type { AddressInfo } from 'node:net';
import { ServiceCallError, type CallFaultCode } from '@countersign/express/client';
import express from 'express';
import { expect, it, onTestFinished } from 'vitest';
import { answerCallFaults } from './answer-call-faults.ts';

async function answerTo(thrown: unknown): Promise<Response> {
  const app = express();
  app.set('env', 'test');
  app.get('/', () => Promise.reject(thrown));
  app.use(answerCallFaults);
  const server = app.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
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
    expect(await answer.json()).toEqual({ error: code });
  },
);

it('another error is left to Express', async () => {
  const answer = await answerTo(new Error('ours'));
  expect([answer.status, answer.headers.get('content-type')]).toEqual([500, 'text/html; charset=utf-8']);
});
