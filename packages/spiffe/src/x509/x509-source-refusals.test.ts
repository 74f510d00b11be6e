import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { status } from '@grpc/grpc-js';
import { hour, startOfTest } from '../../../core/src/certificate/certificate.test-kit.ts';
import { until } from '../fake-runtime.test-kit.ts';
import { denied, socketDirectory, startFakeWorkloadApi } from '../workload-api.test-kit.ts';
import { edge, orders, renewed, sent, X509World } from './x509-world.test-kit.ts';

let world: X509World;
beforeEach(async () => {
  world = await X509World.start();
});
afterEach(() => world.close());

describe('a picker', () => {
  test('picks by id, and by hint', async () => {
    world.serve(sent(orders, { hint: 'internal' }), sent(edge, { hint: 'external' }));
    const byHint = world.open({ hint: 'external' });
    await byHint.ready();
    expect(byHint.spiffeId()).toBe('spiffe://prod.test/edge');
    await byHint.close();
    const byId = world.open({ spiffeId: 'spiffe://prod.test/edge' });
    await byId.ready();
    expect(byId.spiffeId()).toBe('spiffe://prod.test/edge');
  });

  test('that fits none shows none, and the notice lists the ids and no key', async () => {
    world.serve(sent(orders, { hint: 'internal' }), sent(edge));
    const made = world.open({ hint: 'external' });
    const ready = made.ready();
    await world.told('SVID_PICK_REFUSED');
    expect(made.find()).toBeUndefined();
    expect(world.runtime.notices.at(-1)?.facts).toEqual({
      problem: 'none has the hint',
      ids: 'spiffe://prod.test/orders (internal), spiffe://prod.test/edge',
    });
    world.runtime.advance(30_000);
    await expect(ready).rejects.toMatchObject({ code: 'SVID_NOT_PICKED' });
  });

  test('whose identity is withdrawn shows none, and not another one', async () => {
    world.serve(sent(edge), sent(orders));
    const made = world.open({ spiffeId: 'spiffe://prod.test/orders' });
    await made.ready();
    world.serve(sent(edge));
    await world.told('SVID_PICK_REFUSED');
    expect(made.find()).toBeUndefined();
  });
});

describe('when the Workload API refuses', () => {
  test('with PERMISSION_DENIED the identity is withdrawn, and asked for again with growing pauses', async () => {
    const made = await world.opened(sent(orders));
    let calls = 0;
    made.watch(() => {
      calls += 1;
    });
    world.api.set('FetchX509SVID', denied);
    await world.told('SVID_WITHDRAWN');
    expect(made.find()).toBeUndefined();
    expect(calls).toBe(1);
    expect(world.runtime.waits()).toContain(1_000);
    world.runtime.advance(1_000);
    await until(() => world.runtime.notices.filter(({ code }) => code === 'WORKLOAD_API_DENIED').length === 2);
    expect(world.runtime.waits()).toContain(2_000);
    world.serve(sent(orders));
    world.runtime.advance(2_000);
    await until(() => made.find() !== undefined);
  });

  test('ready() says that no registration entry matches, and where it asked', async () => {
    world.api.set('FetchX509SVID', denied);
    const ready = world.open().ready();
    await world.told('WORKLOAD_API_DENIED');
    world.runtime.advance(30_000);
    await expect(ready).rejects.toMatchObject({
      code: 'WORKLOAD_API_DENIED',
      message: expect.stringContaining('No registration entry matches'),
      detail: expect.stringContaining(`${world.api.endpoint}, within 30 s: PERMISSION_DENIED: no identity issued`),
    });
  });

  test.each([
    ['INVALID_ARGUMENT', status.INVALID_ARGUMENT],
    ['UNIMPLEMENTED', status.UNIMPLEMENTED],
  ])('with %s it is not asked again', async (name, code) => {
    world.api.set('FetchX509SVID', { code, details: 'no' });
    const source = world.open();
    await expect(source.ready()).rejects.toMatchObject({
      code: 'WORKLOAD_API_FAILED',
      detail: expect.stringContaining(name),
    });
    expect(world.runtime.codes()).toEqual(['WORKLOAD_API_FAILED']);
    expect(world.runtime.waits()).toEqual([]);
    await expect(source.ready()).rejects.toMatchObject({ code: 'WORKLOAD_API_FAILED' });
  });

  test('with UNAVAILABLE the last identity stays, and it is asked again', async () => {
    const made = await world.opened(sent(orders));
    world.api.set('FetchX509SVID', { code: status.UNAVAILABLE, details: 'busy' });
    await until(() => world.runtime.notices.filter(({ code }) => code === 'WORKLOAD_API_DISCONNECTED').length === 2);
    expect(made.find()).toBeDefined();
    expect(world.api.calls).toHaveLength(2);
    world.serve(sent(renewed));
    world.runtime.advance(1_000);
    await until(() => made.find()?.notAfter === startOfTest + 2 * hour);
  });
});

describe('a stream', () => {
  test('that ends cleanly is opened again at once, and a second time after a pause', async () => {
    await world.opened(sent(orders));
    world.api.end('FetchX509SVID');
    await until(() => world.api.calls.length === 2 && world.api.open('FetchX509SVID') === 1);
    await until(() => world.api.open('FetchX509SVID') === 1);
    world.runtime.advance(999);
    world.api.end('FetchX509SVID');
    await until(() => world.runtime.waits().includes(1_000));
    expect(world.api.calls).toHaveLength(2);
    world.runtime.advance(1_000);
    await until(() => world.api.calls.length === 3);
  });

  test('on which no message comes is given up, and ready() says so', async () => {
    const ready = world.open().ready();
    await until(() => world.api.open('FetchX509SVID') === 1);
    world.runtime.advance(30_000);
    await expect(ready).rejects.toMatchObject({ code: 'WORKLOAD_API_NOT_READY' });
    await world.told('WORKLOAD_API_DISCONNECTED');
    expect(world.runtime.notices.at(-1)?.facts).toMatchObject({ status: 'DEADLINE_EXCEEDED' });
  });

  test('is not followed after close(), and those who wait hear of it', async () => {
    const made = world.open();
    const ready = made.ready();
    await until(() => world.api.open('FetchX509SVID') === 1);
    await made.close();
    await expect(ready).rejects.toMatchObject({ code: 'SOURCE_CLOSED' });
    await until(() => world.api.open('FetchX509SVID') === 0);
    expect(world.runtime.waits()).toEqual([]);
  });

  test('that was not there at first is found when the agent starts', async () => {
    const directory = await socketDirectory();
    const ready = world.open(undefined, `unix://${directory}/api.sock`).ready();
    await world.told('WORKLOAD_API_DISCONNECTED');
    expect(world.runtime.notices[0]?.facts).toMatchObject({
      problem: 'the connection failed (ENOENT)',
      retrySeconds: 1,
    });
    await world.api.close();
    world.api = await startFakeWorkloadApi(directory);
    world.serve(sent(orders));
    world.runtime.advance(1_000);
    await ready;
  });
});
