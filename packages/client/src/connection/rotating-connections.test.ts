import { fetch } from 'undici';
import { expect, it, onTestFinished } from 'vitest';
import type { ConnectionSettings } from './connections.ts';
import { authority, json, serve } from '../client.test-kit.ts';
import { openRotatingConnections, type ConnectionSource } from './rotating-connections.ts';
import { until } from './rotation.test-kit.ts';

async function world(retirementSeconds: number) {
  const { bundlePem: ca } = await authority();
  const fresh = (): ConnectionSettings => ({ tls: { ca } });
  let settings = fresh();
  let tell = (): void => {};
  const source: ConnectionSource = {
    current: () => settings,
    watch: (listener) => {
      tell = listener;
      return () => (tell = () => {});
    },
  };
  const connections = openRotatingConnections(source, retirementSeconds);
  onTestFinished(() => connections.close());
  const rotate = (): void => {
    settings = fresh();
    tell();
  };
  return { connections, rotate };
}

it.each(['before it answers', 'while it answers'])(
  'a request that does not end is ended after its time: %s',
  async (when) => {
    const { connections, rotate } = await world(0.05);
    const service = await serve((_one, response) => {
      if (when === 'while it answers') response.writeHead(200).write('begun');
    });
    const answer = fetch(service.origin, { dispatcher: connections.dispatcher() }).then((response) => response.text());
    await until(() => service.seen.length === 1);
    rotate();
    const fault: unknown = await answer.catch((error: unknown) => error);
    const { cause } = fault as Error;
    expect(cause ?? fault).toMatchObject({
      code: 'CONNECTION_LOST',
      requestSent: 'maybe',
      detail: { check: 'rotation' },
    });
  },
);

it('a request that ends in its time is not touched, and the connection of the next one is new', async () => {
  const { connections, rotate } = await world(30);
  let finish = (): void => {};
  const service = await serve((_one, response) => (finish = () => json(response, 200, { ok: true })));
  const answer = fetch(service.origin, { dispatcher: connections.dispatcher() }).then((response) => response.json());
  await until(() => service.seen.length === 1);
  rotate();
  const next = fetch(service.origin, { dispatcher: connections.dispatcher() });
  finish();
  expect(await answer).toEqual({ ok: true });
  await until(() => service.seen.length === 2);
  finish();
  expect([(await next).status, service.connections]).toEqual([200, 2]);
});

it('a change between the call and its dispatch meets no closed agent', async () => {
  const { connections, rotate } = await world(30);
  const service = await serve((_one, response) => json(response, 200, { ok: true }));
  const dispatcher = connections.dispatcher();
  rotate();
  expect((await fetch(service.origin, { dispatcher })).status).toBe(200);
  await connections.close();
  const fault: unknown = await fetch(service.origin, { dispatcher }).catch((error: unknown) => error);
  expect((fault as Error).cause).toMatchObject({ code: 'CLIENT_CLOSED', requestSent: 'never' });
});
