import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, createServer as createHttp2 } from 'node:http2';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Denied } from '../enforcement/verdict.ts';
import { listen } from './tls.test-kit.ts';
import { writeDenial } from './write-denial.ts';

const denied: Denied = {
  outcome: 'denied',
  reason: 'CREDENTIAL_MISSING',
  context: { trace: { traceId: '0'.repeat(32), spanId: '0'.repeat(16), sampled: false }, requestId: 'r' },
  response: {
    status: 401,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'www-authenticate': ['Bearer realm="a"', 'DPoP realm="a"'],
    },
    body: '{"status":401}',
  },
};

type Write = (response: Parameters<typeof writeDenial>[0]) => void;
const refuse: Write = (response) => writeDenial(response, denied);

async function answerOf(method: string, write: Write = refuse) {
  const port = await listen(createServer((_request, response) => write(response)));
  const sent = httpRequest({ port, host: '127.0.0.1', method });
  sent.end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of answer) body += String(chunk);
  return { status: answer.statusCode, headers: answer.headers, raw: answer.rawHeaders, body };
}

describe('a refusal', () => {
  test.each(['GET', 'POST', 'DELETE', 'OPTIONS', 'PATCH'])('is written as it is: %s', async (method) => {
    const { status, headers, body, raw } = await answerOf(method);
    expect(status).toBe(401);
    expect(headers).toMatchObject({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
    expect(raw.filter((one) => one.includes('realm'))).toEqual(['Bearer realm="a"', 'DPoP realm="a"']);
    expect(body).toBe(denied.response.body);
  });

  test('to HEAD has the same headers and no body', async () => {
    const { status, headers, body } = await answerOf('HEAD');
    expect([status, headers['content-type'], body]).toEqual([401, 'application/problem+json', '']);
  });

  test('takes the place of a status and of headers that were set before', async () => {
    const { status, headers } = await answerOf('GET', (response) => {
      response.statusCode = 200;
      response.setHeader('cache-control', 'public');
      refuse(response);
    });
    expect([status, headers['cache-control']]).toEqual([401, 'no-store']);
  });

  test.each([
    ['answered', (response: Parameters<Write>[0]) => void response.end('busy')],
    [
      'began to answer',
      (response: Parameters<Write>[0]) => {
        if ('flushHeaders' in response) response.flushHeaders();
        setImmediate(() => response.end('busy'));
      },
    ],
  ])('is not written when something else %s already, and does not throw', async (_title, before) => {
    const { status, body } = await answerOf('GET', (response) => {
      response.statusCode = 503;
      before(response);
      refuse(response);
    });
    expect([status, body]).toEqual([503, 'busy']);
  });

  test('is written over HTTP/2', async () => {
    const port = await listen(createHttp2((_request, response) => refuse(response)));
    const session = connect(`http://127.0.0.1:${port}`);
    onTestFinished(() => session.destroy());
    const stream = session.request({ ':path': '/' });
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    let body = '';
    for await (const chunk of stream) body += String(chunk);
    expect(headers).toMatchObject({ ':status': 401, 'content-type': 'application/problem+json' });
    expect(body).toBe(denied.response.body);
  });
});
