import fastify from 'fastify';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { expect, onTestFinished, test } from 'vitest';
import { serve, world } from './fastify.test-kit.ts';
import { callerOf, currentCaller, serviceAuth } from './index.ts';

const readers = { scope: 'inventory:read' } as const;

async function served() {
  const { auth, events } = world();
  const app = fastify({ http2: true });
  await app.register(serviceAuth, { auth });
  app.get('/stock/:sku', { config: { allow: readers } }, async (request) => callerOf(request).id);
  app.post('/stock', { config: { allow: readers } }, async () => currentCaller().id);
  const session = connect(`http://127.0.0.1:${await serve(app)}`);
  onTestFinished(() => session.destroy());
  const call = async (headers: Record<string, string>, body?: string) => {
    const stream = session.request({ ':path': '/stock/42', ...headers });
    stream.setEncoding('utf8');
    stream.end(body);
    const [answer] = (await once(stream, 'response')) as [Record<string, string>];
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    return { status: Number(answer[':status']), headers: answer, body: text };
  };
  return { call, events };
}

test.each([
  ['no credential', {}, 401],
  ['a bad token', { authorization: 'Bearer mallory' }, 401],
  ['a token without the scope', { authorization: 'Bearer billing' }, 403],
  ['no credential and no such route', { ':path': '/nowhere' }, 401],
])('over HTTP/2, %s is refused', async (_title, headers, status) => {
  const { call } = await served();
  const answer = await call(headers);
  expect(answer.status).toBe(status);
  expect(answer.headers['www-authenticate']).toContain('Bearer realm=');
  expect(JSON.parse(answer.body)).toMatchObject({ status });
});

test('over HTTP/2, a good token reaches the handler with its caller, also behind a body', async () => {
  const { call, events } = await served();
  const authorization = 'Bearer orders';
  expect((await call({ authorization })).body).toBe('spiffe://prod.test/orders');
  const posted = { ':method': 'POST', ':path': '/stock', authorization, 'content-type': 'application/json' };
  expect((await call(posted, '{}')).body).toBe('spiffe://prod.test/orders');
  expect(events.map((event) => event['http.route'])).toEqual(['/stock/:sku', '/stock']);
});
