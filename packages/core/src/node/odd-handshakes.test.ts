/**
 * Attack row 84: what a stranger can write into a ClientHello reaches callbacks of the handshake. Odd server names and
 * protocols end a connection at most, never the process, and the server serves on.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { guardedServer } from './guarded-server.test-kit.ts';
import { orders, showing, visit } from './tls.test-kit.ts';

const two = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
const withLength = (content: Buffer): Buffer => Buffer.concat([two(content.length), content]);
const extension = (type: number, content: Buffer): Buffer => Buffer.concat([two(type), withLength(content)]);

/** The server_name extension (RFC 6066 §3). */
const serverName = (...names: readonly Buffer[]): Buffer =>
  extension(0, withLength(Buffer.concat(names.map((name) => Buffer.concat([Buffer.from([0]), withLength(name)])))));

/** The ALPN extension (RFC 7301 §3.1). */
const alpn = (...protocols: readonly Buffer[]): Buffer =>
  extension(16, withLength(Buffer.concat(protocols.map((one) => Buffer.concat([Buffer.from([one.length]), one])))));

/** A ClientHello of TLS 1.2 in its record (RFC 5246 §7.4.1.2). */
function clientHello(...extensions: readonly Buffer[]): Buffer {
  const usual = [
    extension(10, withLength(two(0x0017))),
    extension(11, Buffer.from([1, 0])),
    extension(13, withLength(Buffer.concat([two(0x0403), two(0x0804)]))),
  ];
  const body = Buffer.concat([
    two(0x0303),
    Buffer.alloc(32, 7),
    Buffer.from([0]),
    withLength(Buffer.concat([two(0xc02b), two(0xc02f)])),
    Buffer.from([1, 0]),
    withLength(Buffer.concat([...usual, ...extensions])),
  ]);
  const message = Buffer.concat([Buffer.from([1, 0]), two(body.length), body]);
  return Buffer.concat([Buffer.from([22, 3, 1]), withLength(message)]);
}

const text = (value: string): Buffer => Buffer.from(value, 'latin1');

const oddities: readonly (readonly [string, Buffer])[] = [
  ['a usual name', serverName(text('localhost'))],
  ['no name', Buffer.alloc(0)],
  ['an empty name', serverName(text(''))],
  ['a NUL inside the name', serverName(text('local\0host'))],
  ['a NUL alone', serverName(text('\0'))],
  ['300 bytes', serverName(text('a'.repeat(300)))],
  ['12,000 bytes', serverName(text('a.'.repeat(6000)))],
  ['invalid IDNA', serverName(text('xn--\u00ff\u00fe.xn--a'))],
  ['bytes that are no UTF-8', serverName(Buffer.from([0xff, 0xfe, 0xc0, 0x80]))],
  ['an expression', serverName(text('(((((.*)*)*)*)*'))],
  ['a name like a property', serverName(text('__proto__'))],
  ['line breaks', serverName(text('a\r\nb'))],
  ['two names', serverName(text('a'), text('b'))],
  ['the extension twice', Buffer.concat([serverName(text('a')), serverName(text('b'))])],
  ['a length that lies', extension(0, Buffer.from([0, 200, 0, 0, 1, 97]))],
  ['an empty list of protocols', alpn()],
  ['an empty protocol', alpn(text(''))],
  ['a protocol with NUL', alpn(text('h2\0'))],
  ['a protocol nobody speaks', alpn(text('nothing'))],
  ['a hundred protocols', alpn(...Array.from({ length: 100 }, (_, index) => text(`p${index}`)))],
];

describe.each(['https', 'http2'] as const)('a guarded server of %s', (protocol) => {
  test('serves on after odd names and protocols', async () => {
    const { port, events } = await guardedServer({ protocol });
    const before = process.listenerCount('uncaughtException');
    for (const [title, odd] of oddities) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(clientHello(odd));
      // Whatever the server says to it: a hello of its own, an alert, or the end.
      await Promise.race([once(socket, 'data'), once(socket, 'close')]);
      socket.destroy();
      expect((await visit(port, showing(orders()))).received, title).toContain('spiffe://prod.test/orders');
    }
    expect(process.listenerCount('uncaughtException')).toBe(before);
    expect(events.every((event) => event['event.name'] === 'authz.allow')).toBe(true);
  });

  test('answers the usual hello, so that the odd ones are read', async () => {
    const { port } = await guardedServer({ protocol });
    const socket = connect(port, '127.0.0.1');
    socket.write(clientHello(serverName(text('localhost'))));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    // A handshake record, not an alert.
    expect(answer[0]).toBe(22);
  });
});
