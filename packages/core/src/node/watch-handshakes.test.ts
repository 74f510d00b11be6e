/** Refused handshakes on real sockets: one event each, with the true reason; everything else is noise. */
import { EventEmitter, once } from 'node:events';
import { connect as connectNet, type Server } from 'node:net';
import { describe, expect, test } from 'vitest';
import { issue, purposes, root } from '../certificate/certificate.test-kit.ts';
import type { RequestFacts } from '../credential/request-facts.ts';
import type { Refusal } from '../errors/outcome.ts';
import type { Notice } from '../runtime/notice.ts';
import { guardedServer, until } from './guarded-server.test-kit.ts';
import { handshakeRefusal } from './handshake-refusal.ts';
import { dial, orders, showing, validNow, visit } from './tls.test-kit.ts';
import { eventsPerSecond, watchHandshakes } from './watch-handshakes.ts';

const stranger = root({ name: 'stranger', ...validNow });

describe.each(['https', 'http2'] as const)('a handshake with a guarded server of %s is refused', (protocol) => {
  test.each([
    ['without a certificate', {}, 'CREDENTIAL_MISSING', 'PEER_DID_NOT_RETURN_A_CERTIFICATE'],
    [
      'with an expired one',
      showing(orders({ notBefore: 0, notAfter: 1000 })),
      'CERTIFICATE_EXPIRED',
      'CERT_HAS_EXPIRED',
    ],
    [
      'with one that is not valid yet',
      showing(orders({ notBefore: validNow.notAfter, notAfter: validNow.notAfter + 1000 })),
      'CERTIFICATE_EXPIRED',
      'CERT_NOT_YET_VALID',
    ],
    ['with one of another CA', showing(orders({}, stranger)), 'CERTIFICATE_UNTRUSTED', 'UNABLE_TO_VERIFY'],
    ['with one it signed itself', showing(issue(validNow)), 'CERTIFICATE_UNTRUSTED', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [
      'with one of a server',
      showing(orders({ purposes: [purposes.server] })),
      'CERTIFICATE_PROFILE_VIOLATED',
      'INVALID_PURPOSE',
    ],
  ])('%s: one event says why', async (_title, options, reason, detail) => {
    const { port, events, notices } = await guardedServer({ protocol });
    expect((await visit(port, options)).received).toBe('');
    await until(() => events.length > 0);
    const [event] = events;
    expect(event).toMatchObject({
      'event.name': 'authn.failure',
      'event.outcome': 'failure',
      'event.reason': reason,
      'caller.type': 'anonymous',
      'policy.decision': 'not_applicable',
      'policy.mode': 'enforce',
      'tls.established': false,
    });
    expect(event?.['event.reason_detail']).toContain(detail);
    expect(event?.['http.request.method']).toBeUndefined();
    expect(event?.['http.response.status_code']).toBeUndefined();
    expect(events).toHaveLength(1);
    expect(notices).toEqual([]);
  });

  test('without a word about anybody, when it is none: it is counted', async () => {
    const { port, events, notices, clock } = await guardedServer({ protocol });
    const noise = async (text: string): Promise<void> => {
      const socket = connectNet(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.end(text);
      await once(socket.resume(), 'close');
    };
    await noise('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => notices.length > 0);
    expect(notices).toMatchObject([
      { code: 'HANDSHAKE_FAILED', facts: { error: 'ERR_SSL_HTTP_REQUEST', failuresSinceStart: 1 } },
    ]);
    await noise('hello');
    await noise('');
    clock.ahead += 10_000;
    await noise('SSH-2.0-x\r\n');
    await until(() => notices.length > 1);
    expect(notices[1]?.facts['failuresSinceStart']).toBeGreaterThan(1);
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    await visit(port, { ...showing(orders()), ...old });
    expect(events).toEqual([]);
  });
});

test('a good handshake writes no event', async () => {
  const { port, events } = await guardedServer();
  const socket = dial(port, showing(orders()));
  await once(socket, 'secureConnect');
  socket.destroy();
  await once(socket, 'close');
  expect(events).toEqual([]);
});

describe('the reason of a failed handshake', () => {
  test.each([
    [{ code: 'ECONNRESET' }, 'CERT_HAS_EXPIRED', 'CERTIFICATE_EXPIRED'],
    [{ code: 'ECONNRESET' }, new Error('CERT_HAS_EXPIRED'), 'CERTIFICATE_EXPIRED'],
    [{ code: 'ECONNRESET' }, 'CERT_REVOKED', 'CERTIFICATE_REVOKED'],
    [{ code: 'ECONNRESET' }, 'SOMETHING_NEW', 'CERTIFICATE_UNTRUSTED'],
    [{ code: 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE' }, null, 'CREDENTIAL_MISSING'],
    [{ code: 'ERR_SSL_BAD_SIGNATURE' }, undefined, 'CERTIFICATE_UNTRUSTED'],
  ])('of %j with %s', (error, verifyError, reason) => {
    expect(handshakeRefusal(error, verifyError)).toMatchObject({ ok: false, reason });
  });

  test.each([
    [{ code: 'ECONNRESET' }, null],
    [{ code: 'ERR_SSL_HTTP_REQUEST' }, undefined],
    [{ code: 'ERR_SSL_UNSUPPORTED_PROTOCOL' }, ''],
    [{ code: 'ERR_SSL_NO_SHARED_CIPHER' }, null],
    [{ code: 7 }, 7],
    [undefined, undefined],
    ['', {}],
  ])('is none with %j and %s', (error, verifyError) => {
    expect(handshakeRefusal(error, verifyError)).toBeUndefined();
  });
});

test('no more events are written than a hundred in a second: the others are counted and told of', () => {
  const server = new EventEmitter() as Server;
  const recorded: [RequestFacts, Refusal][] = [];
  const notices: Notice[] = [];
  const clock = { at: 0, now: () => 0, monotonic: () => clock.at };
  const recordRefusal = (facts: RequestFacts, refusal: Refusal): void => void recorded.push([facts, refusal]);
  const stop = watchHandshakes(server, { clock, notify: (notice) => void notices.push(notice), recordRefusal });
  const fail = (times: number): void => {
    const error = { code: 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE' };
    for (let left = times; left > 0; left -= 1) server.emit('tlsClientError', error, { remoteAddress: '192.0.2.1' });
  };
  fail(eventsPerSecond + 50);
  expect(recorded).toHaveLength(eventsPerSecond);
  expect(recorded[0]?.[0]).toMatchObject({ transport: 'tls', peerAddress: '192.0.2.1' });
  expect(notices).toMatchObject([{ code: 'HANDSHAKE_UNRECORDED', level: 'error', facts: { unrecordedSinceStart: 1 } }]);
  clock.at = 500;
  fail(eventsPerSecond);
  expect(recorded).toHaveLength(eventsPerSecond * 1.5);
  clock.at = 3_600_000;
  fail(eventsPerSecond + 1);
  expect(recorded).toHaveLength(eventsPerSecond * 2.5);
  expect(notices).toHaveLength(2);
  expect(notices[1]?.facts).toEqual({ unrecordedSinceStart: 101 });
  // Without a socket too, and not after the end.
  server.emit('tlsClientError', undefined, undefined);
  stop();
  fail(10);
  expect(recorded).toHaveLength(eventsPerSecond * 2.5);
});
