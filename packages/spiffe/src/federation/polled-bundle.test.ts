import { X509Certificate } from 'node:crypto';
import { createTestAuthority, trustingFetch, type TestAuthority } from '@countersign/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fakeRuntime, until, type FakeRuntime } from '../fake-runtime.test-kit.ts';
import { authorityKey, documentOf, saying, startBundleServer } from './bundle-server.test-kit.ts';
import type { BundleServer, Handle } from './bundle-server.test-kit.ts';
import { PolledBundle } from './polled-bundle.ts';

const trustDomain = 'partner.test';

let web: TestAuthority;
let partner: TestAuthority;
let next: TestAuthority;
let server: BundleServer;
let runtime: FakeRuntime;
let polled: PolledBundle | undefined;

beforeAll(async () => {
  [web, partner, next] = await Promise.all([
    createTestAuthority({ trustDomain: 'web.test' }),
    createTestAuthority({ trustDomain }),
    createTestAuthority({ trustDomain }),
  ]);
  server = await startBundleServer(web, { dnsNames: ['localhost'] });
});
afterAll(() => server.close());
beforeEach(() => {
  server.asked.length = 0;
  runtime = fakeRuntime(Date.now());
});
afterEach(async () => {
  await polled?.close();
  polled = undefined;
});

function open(ca = web.bundlePem): PolledBundle {
  const url = `${server.origin}/bundle.json`;
  const options = { trustDomain, url, profile: 'https_web', fetch: trustingFetch({ ca }) } as const;
  polled = new PolledBundle({ options, readyTimeoutSeconds: 30, runtime });
  return polled;
}

const failed = (times = 1): Promise<void> =>
  until(() => runtime.notices.filter(({ code }) => code === 'BUNDLE_REFRESH_FAILED').length === times);

const jwtKey = { kty: 'EC', crv: 'P-256', x: 'a', y: 'b', kid: '1', use: 'jwt-svid' };

describe('a bundle endpoint', () => {
  test('gives the bundle of the trust domain that was configured, and of no other', async () => {
    server.serve(JSON.stringify({ keys: [authorityKey(partner), jwtKey] }));
    const source = open();
    await source.ready();
    expect(source.list().map((one) => [one.trustDomain, one.authorities.length])).toEqual([[trustDomain, 1]]);
    expect(source.find(trustDomain)?.authorities[0]?.fingerprint256).toBe(
      new X509Certificate(partner.bundlePem).fingerprint256,
    );
    expect(source.jwtBundle(trustDomain)).toEqual({ trustDomain, keys: [jwtKey] });
    expect([source.find('web.test'), source.jwtBundle('web.test')]).toEqual([undefined, undefined]);
  });

  test.each([
    ['nothing', {}, 300],
    ['a hint', { spiffe_refresh_hint: 60 }, 60],
    ['a hint that would hammer', { spiffe_refresh_hint: 1 }, 10],
    ['a hint of a year', { spiffe_refresh_hint: 31_536_000 }, 86_400],
  ])('that says %s is polled as often as is good', async (_title, more, seconds) => {
    server.serve(documentOf([partner], more));
    const source = open();
    await source.ready();
    await until(() => runtime.waits().includes(seconds * 1000));
    server.serve(documentOf([partner, next], more));
    let calls = 0;
    source.watch(() => {
      calls += 1;
    });
    const before = source.find(trustDomain);
    runtime.advance(seconds * 1000);
    await until(() => source.find(trustDomain) !== before);
    expect([server.asked.length, calls, source.find(trustDomain)?.authorities.length]).toEqual([2, 1, 2]);
  });

  test('whose bundle did not change gives the same object and calls nobody', async () => {
    server.serve(documentOf([partner]));
    const source = open();
    await source.ready();
    const before = source.find(trustDomain);
    source.watch(() => expect.unreachable());
    await until(() => runtime.waits().includes(300_000));
    runtime.advance(300_000);
    await until(() => server.asked.length === 2 && runtime.waits().includes(300_000));
    expect(source.find(trustDomain)).toBe(before);
  });

  test('whose bundle is empty withdraws everything', async () => {
    server.serve(documentOf([partner]));
    const source = open();
    await source.ready();
    server.serve('{"keys":[]}');
    await until(() => runtime.waits().includes(300_000));
    runtime.advance(300_000);
    await until(() => source.list().length === 0);
    expect(source.find(trustDomain)).toBeUndefined();
    expect(source.jwtBundle(trustDomain)?.keys).toEqual([]);
  });

  test('that serves an older bundle is not followed back', async () => {
    server.serve(documentOf([partner], { spiffe_sequence: 8 }));
    const source = open();
    await source.ready();
    const poll = async (body: string): Promise<void> => {
      server.serve(body);
      const count = server.asked.length;
      await until(() => runtime.waits().includes(300_000));
      runtime.advance(300_000);
      await until(() => server.asked.length === count + 1 && runtime.waits().includes(300_000));
    };
    await poll(documentOf([next], { spiffe_sequence: 7 }));
    expect(runtime.notices.at(-1)).toMatchObject({ code: 'BUNDLE_OUTDATED', facts: { sequence: '7', known: '8' } });
    expect(source.find(trustDomain)?.authorities[0]?.subject).toBeDefined();
    const first = source.find(trustDomain);
    await poll(documentOf([partner, next], { spiffe_sequence: 9 }));
    expect(source.find(trustDomain)).not.toBe(first);
    await poll(documentOf([next]));
    await poll(documentOf([partner], { spiffe_sequence: 8 }));
    expect(runtime.notices.at(-1)).toMatchObject({ code: 'BUNDLE_OUTDATED', facts: { known: '9' } });
  });
});

describe('the last good bundle stays, and the next turn is waited for, when the endpoint', () => {
  test.each<[string, Handle, string]>([
    ['answers 500', (_path, response) => response.writeHead(500).end('{}'), 'the server answered 500'],
    ['answers 204', (_path, response) => response.writeHead(204).end(), 'the server answered 204'],
    [
      'has no content type',
      (_path, response) => response.writeHead(200).end('{"keys":[]}'),
      'the content type is not JSON',
    ],
    [
      'says HTML',
      (_path, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('{"keys":[]}'),
      'the content type is not JSON',
    ],
    [
      'sends more than a megabyte',
      saying(`{"keys":[]${' '.repeat(1_000_000)}}`),
      'the response is larger than 1000000 bytes',
    ],
    ['sends no UTF-8', saying(Buffer.from([0x22, 0xff, 0x22])), 'the response is not UTF-8'],
    ['sends no JSON', saying('keys'), 'the document'],
    ['sends no keys', saying('{}'), 'the document'],
    ['hangs up', (_path, response) => response.socket?.destroy(), 'the connection failed (ECONNRESET)'],
    [
      'redirects to http',
      (_path, response) => response.writeHead(302, { location: 'http://localhost/x' }).end(),
      'the server redirects to what is not a plain https URL',
    ],
    [
      'redirects to a URL with a user',
      (_path, response) => response.writeHead(302, { location: 'https://me@localhost/x' }).end(),
      'the server redirects to what is not a plain https URL',
    ],
    ['redirects to nowhere', (_path, response) => response.writeHead(302).end(), 'the server answered 302'],
    [
      'redirects for ever',
      (path, response) => response.writeHead(307, { location: `${path}x` }).end(),
      'the server redirects more than 5 times',
    ],
    ['answers 300', (_path, response) => response.writeHead(300, { location: '/x' }).end(), 'the server answered 300'],
  ])('%s', async (_title, broken, problem) => {
    server.serve(documentOf([partner]));
    const source = open();
    await source.ready();
    const before = source.find(trustDomain);
    await until(() => runtime.waits().includes(300_000));
    server.handle = broken;
    runtime.advance(300_000);
    await failed();
    expect(runtime.notices.at(-1)?.facts).toMatchObject({ trustDomain, failures: 1, hasBundle: true });
    expect(runtime.notices.at(-1)?.facts['problem']).toContain(problem);
    await until(() => runtime.waits().length === 1);
    expect(runtime.waits()).toEqual([300_000]);
    expect(source.find(trustDomain)).toBe(before);
  });

  test('does not answer within five seconds', async () => {
    server.handle = () => {};
    open();
    await until(() => server.asked.length === 1);
    runtime.advance(5_000);
    await failed();
    expect(runtime.notices.at(-1)?.facts).toMatchObject({ problem: 'no answer within 5000 ms', hasBundle: false });
  });
});

test('a redirect to https is followed, and the next turn begins at the URL that was configured', async () => {
  server.handle = (path, response) => {
    if (path === '/bundle.json') response.writeHead(302, { location: '/elsewhere.json' }).end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(documentOf([partner]));
  };
  await open().ready();
  await until(() => runtime.waits().includes(300_000));
  runtime.advance(300_000);
  await until(() => server.asked.length === 4);
  expect(server.asked).toEqual(['/bundle.json', '/elsewhere.json', '/bundle.json', '/elsewhere.json']);
});

test('before the first bundle it is server.asked for with growing pauses, and ready() says what is wrong', async () => {
  server.handle = (_path, response) => response.writeHead(503).end();
  const ready = open().ready();
  await failed();
  await until(() => runtime.waits().includes(1_000));
  runtime.advance(1_000);
  await failed(2);
  await until(() => runtime.waits().includes(2_000));
  runtime.advance(29_000);
  await expect(ready).rejects.toMatchObject({
    code: 'BUNDLE_UNAVAILABLE',
    detail: expect.stringContaining('within 30 s: the server answered 503'),
  });
});

test('a host that proves itself by another CA is not believed', async () => {
  server.serve(documentOf([partner]));
  open(partner.bundlePem);
  await failed();
  expect(server.asked).toEqual([]);
});
