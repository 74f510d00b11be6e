/** The register by itself, on a real server: nothing is left of connections that came and went. */
import { once } from 'node:events';
import { createServer as createHttps } from 'node:https';
import { createSecureServer } from 'node:http2';
import { createSecureContext } from 'node:tls';
import { expect, test } from 'vitest';
import { refuse, type Refusal } from '../errors/outcome.ts';
import { ConnectionRegister } from './connection-register.ts';
import type { GuardedConnection } from './guarded-connection.ts';
import { until } from './guarded-server.test-kit.ts';
import { registerConnections } from './register-connections.ts';
import { authority, bundle, dial, listen, orders, safe, showing } from './tls.test-kit.ts';

const bundles = [bundle];

function register(judge: () => Refusal | undefined | Promise<Refusal | undefined> = () => undefined) {
  const clock = { at: 0, now: () => Date.now(), monotonic: () => clock.at };
  const options = {
    judge: { clock, notify: () => {}, judge },
    maximumAgeMilliseconds: 60_000,
    bundles: () => bundles,
    isReplaced: (shown: string) => shown === 'before',
  };
  return { register: new ConnectionRegister(options), clock };
}

test.each([
  [1000, 'https', 'http/1.1'],
  [100, 'http2', 'h2'],
  [100, 'http2', 'http/1.1'],
] as const)('%i connections that come and go over %s (%s) leave nothing behind', async (times, kind, protocol) => {
  const { register: open, clock } = register();
  const answer = (_request: unknown, response: { end(text: string): void }): void => response.end('ok');
  const server =
    kind === 'https'
      ? createHttps(safe('required'), answer)
      : createSecureServer({ ...safe('required'), allowHTTP1: true }, answer);
  let added = 0;
  const add = (connection: GuardedConnection): void => {
    added += 1;
    open.add(connection);
  };
  registerConnections(server, { add, remove: (connection) => open.remove(connection) });
  const port = await listen(server);
  const shown = { secureContext: createSecureContext({ ca: authority.pem, ...showing(orders()) }) };
  const visitOnce = async (): Promise<void> => {
    const socket = dial(port, { ...shown, ALPNProtocols: [protocol] });
    socket.on('error', () => {});
    if (protocol === 'http/1.1') socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    // The response, or the settings of HTTP/2: the server has finished the handshake too.
    await once(socket, 'data');
    socket.destroy();
    await once(socket, 'close');
  };
  for (let left = times; left > 0; left -= 20) await Promise.all(Array.from({ length: 20 }, visitOnce));
  clock.at += 5_000;
  await open.sweep();
  await until(() => added === times && open.size === 0);
  expect(added).toBe(times);
  expect(open.size).toBe(0);
});

function fakeConnection(shown?: string): GuardedConnection & { readonly done: string[] } {
  const done: string[] = [];
  const note = (what: string) => (): void => void done.push(what);
  const [certificate] = [orders().certificate];
  return {
    facts: {
      transport: 'tls',
      method: '',
      target: '',
      header: () => [],
      requestId: 'one',
      peerCertificate: { chain: [certificate], tlsAuthorized: true },
    },
    shown,
    announceEnd: note('announced'),
    finish: note('finished'),
    destroy: note('destroyed'),
    done,
  };
}

test('the end of an old connection is announced, then it is finished, then cut off', async () => {
  const { register: open, clock } = register();
  const connection = fakeConnection();
  open.add(connection);
  clock.at = 59_999;
  await open.sweep();
  expect(connection.done).toEqual([]);
  clock.at = 60_000;
  await open.sweep();
  expect(connection.done).toEqual(['announced']);
  clock.at = 60_999;
  await open.sweep();
  expect(connection.done).toEqual(['announced']);
  clock.at = 61_000;
  await open.sweep();
  await open.sweep();
  expect(connection.done).toEqual(['announced', 'finished']);
  clock.at = 90_000;
  await open.sweep();
  expect(connection.done).toEqual(['announced', 'finished', 'destroyed']);
});

test.each([
  ['CERTIFICATE_UNTRUSTED', ['announced', 'finished']],
  ['TRUST_BUNDLE_UNAVAILABLE', []],
  ['INTERNAL_FAULT', []],
] as const)('a certificate with %s: %j', async (reason, expected) => {
  const { register: open, clock } = register(() => Promise.resolve(refuse(reason, 'test')));
  const connection = fakeConnection();
  open.add(connection);
  await open.sweep();
  clock.at = 1_000;
  await open.sweep();
  expect(connection.done).toEqual(expected);
});

test('a service that cannot tell is asked once in a sweep', async () => {
  let asked = 0;
  const { register: open } = register(() => {
    asked += 1;
    return refuse('TRUST_BUNDLE_UNAVAILABLE', 'test');
  });
  for (let left = 300; left > 0; left -= 1) open.add(fakeConnection());
  await open.sweep();
  expect(asked).toBe(1);
  await open.sweep();
  expect(asked).toBe(2);
});

test('sweeps that are asked for while one goes on are one more', async () => {
  let asked = 0;
  const waiting: (() => void)[] = [];
  const { register: open } = register(
    () =>
      new Promise((resolve) => {
        asked += 1;
        waiting.push(() => resolve(undefined));
      }),
  );
  open.add(fakeConnection());
  const sweeps = [open.sweep(), open.sweep(), open.sweep()];
  waiting.shift()?.();
  await until(() => waiting.length > 0);
  waiting.shift()?.();
  await Promise.all(sweeps);
  expect(asked).toBe(2);
});

test.each([
  ['another certificate of ours', 'before', ['announced', 'finished']],
  ['the certificate of now', 'now', []],
  ['one that Node does not tell', undefined, []],
] as const)('a connection on which we showed %s: %j', async (_name, shown, expected) => {
  const { register: open, clock } = register();
  const connection = fakeConnection(shown);
  open.add(connection);
  await open.sweep();
  clock.at = 1_000;
  await open.sweep();
  expect(connection.done).toEqual(expected);
});

test.each([
  ['while the service cannot tell about certificates', 'TRUST_BUNDLE_UNAVAILABLE'],
  ['and its certificate stands', undefined],
] as const)('what saw our last certificate ends %s', async (_name, reason) => {
  const { register: open } = register(() => reason && refuse(reason, 'test'));
  const connections = [fakeConnection('before'), fakeConnection('before')];
  for (const connection of connections) open.add(connection);
  await open.sweep();
  expect(connections.map(({ done }) => done)).toEqual([['announced'], ['announced']]);
});
