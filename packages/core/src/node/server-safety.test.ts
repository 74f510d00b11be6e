import { constants } from 'node:crypto';
import { createServer as createHttp, get } from 'node:http';
import { connect as connectHttp2, createSecureServer, createServer as createHttp2 } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import { connect, createServer as createNet } from 'node:net';
import { once } from 'node:events';
import tls from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { assertSafeServer, serverErrorOf, serverFaults } from './server-safety.ts';
import { bare, dial, listen, safe, showing, orders } from './tls.test-kit.ts';

const required = { ...bare, rejectUnauthorized: true };
const withoutTickets = { secureOptions: constants.SSL_OP_NO_TICKET } as const;
const { requestCert: _requestCert, ...noClients } = required;
const ticketKeys = Buffer.alloc(48, 1);

const makers: readonly (readonly [string, (options: tls.TlsOptions) => tls.Server])[] = [
  ['https', createHttps],
  ['http2', createSecureServer],
  ['http2 with HTTP/1.1', (options: tls.TlsOptions) => createSecureServer({ ...options, allowHTTP1: true })],
  ['tls', tls.createServer],
];

describe.each(makers)('a server of %s', (_name, make) => {
  const faultsOf = (options: tls.TlsOptions) =>
    serverFaults(make(options)).map(({ code, option }) => `${code} ${option}`);

  test.each([
    ['of createTlsOptions, required', safe('required')],
    ['of createTlsOptions, permissive', safe('permissive')],
    ['that cuts strangers off', required],
    ['that is permissive without tickets', { ...bare, rejectUnauthorized: false, ...withoutTickets }],
    ['that asks no client', noClients],
    ['that asks no client and verifies none', { ...noClients, rejectUnauthorized: false }],
    ['that asks no client, with ticket keys', { ...noClients, ticketKeys }],
    ['that asks no client, without authorities', { ...noClients, ca: undefined }],
    ['of TLS 1.3 only', { ...required, minVersion: 'TLSv1.3' }],
    ['of TLS 1.2 by method', { ...required, secureProtocol: 'TLSv1_2_method' }],
    ['with good ciphers', { ...required, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256:!aNULL:!RC4:!MD5:@SECLEVEL=2' }],
    ['with the ciphers of Node', { ...required, ciphers: tls.DEFAULT_CIPHERS }],
  ] satisfies [string, tls.TlsOptions][])('is safe %s', (_title, options) => {
    expect(faultsOf(options)).toEqual([]);
  });

  test.each([
    ['is permissive with tickets', { ...bare, rejectUnauthorized: false }, ['rejectUnauthorized']],
    [
      'is permissive with other options set',
      { ...bare, rejectUnauthorized: false, secureOptions: constants.SSL_OP_NO_RENEGOTIATION },
      ['rejectUnauthorized'],
    ],
    ['has fixed ticket keys', { ...required, ticketKeys }, ['ticketKeys']],
    ['takes client certificates of every public authority', { ...required, ca: undefined }, ['ca']],
    ['speaks TLS 1.0', { ...required, minVersion: 'TLSv1' }, ['minVersion']],
    ['speaks TLS 1.1', { ...noClients, minVersion: 'TLSv1.1' }, ['minVersion']],
    ['speaks TLS 1.1 at most', { ...required, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' }, ['minVersion']],
    ['speaks any version by method', { ...required, secureProtocol: 'TLS_method' }, ['minVersion']],
    ['speaks TLS 1.1 by method', { ...required, secureProtocol: 'TLSv1_1_method' }, ['minVersion']],
    ['takes any key strength', { ...required, ciphers: 'DEFAULT:@SECLEVEL=0' }, ['ciphers']],
    ['takes connections without encryption', { ...required, ciphers: 'DEFAULT:eNULL' }, ['ciphers']],
    ['takes connections without certificates', { ...required, ciphers: 'DEFAULT:aNULL' }, ['ciphers']],
    ['takes anonymous Diffie-Hellman', { ...required, ciphers: 'ADH-AES128-SHA256:HIGH' }, ['ciphers']],
    ['takes a null cipher by name', { ...required, ciphers: 'HIGH:ECDHE-ECDSA-NULL-SHA' }, ['ciphers']],
    [
      'has several faults',
      { ...bare, rejectUnauthorized: false, ticketKeys, ca: undefined },
      ['ca', 'rejectUnauthorized', 'ticketKeys'],
    ],
  ] satisfies [string, tls.TlsOptions, string[]][])('is not safe when it %s', (_title, options, expected) => {
    expect(faultsOf(options)).toEqual(expected.map((option) => `CONFIG_UNSAFE ${option}`));
  });

  test('is not safe when the process speaks TLS 1.0 by default', () => {
    const before = tls.DEFAULT_MIN_VERSION;
    onTestFinished(() => {
      tls.DEFAULT_MIN_VERSION = before;
    });
    expect(faultsOf(required)).toEqual([]);
    tls.DEFAULT_MIN_VERSION = 'TLSv1';
    expect(faultsOf(required)).toEqual(['CONFIG_UNSAFE minVersion']);
    expect(faultsOf({ ...required, minVersion: 'TLSv1.2' })).toEqual([]);
  });

  test('is not safe when it resumes sessions out of a store of its own', () => {
    const resuming = make(safe('required'));
    resuming.on('resumeSession', () => {});
    expect(serverFaults(resuming).map(({ option }) => option)).toEqual(['resumeSession']);
    const asking = make(noClients);
    asking.on('resumeSession', () => {});
    expect(serverFaults(asking)).toEqual([]);
  });
});

/** CL and TE on one request: a strict parser answers 400, a lenient one sees two requests where a proxy saw one. */
async function takesSmuggledRequests(server: ReturnType<typeof createHttp>): Promise<boolean> {
  const port = await listen(server);
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += String(chunk);
  });
  socket.write(
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n',
  );
  await once(socket, 'close');
  return answer.startsWith('HTTP/1.1 200');
}

describe('the parser of a server', () => {
  const handler = (_request: unknown, response: { end(text: string): void }) => response.end('ok');
  const settings: readonly (readonly [string, object])[] = [
    ['nothing', {}],
    ['insecureHTTPParser: false', { insecureHTTPParser: false }],
    ['insecureHTTPParser: true', { insecureHTTPParser: true }],
    // Options of Node 24; older versions do not know them, and stay strict.
    ['httpValidation: strict', { httpValidation: 'strict' }],
    ['httpValidation: relaxed', { httpValidation: 'relaxed' }],
    ['httpValidation: insecure', { httpValidation: 'insecure' }],
  ];
  test.each(settings)('is unsafe exactly when it takes smuggled requests, with %s', async (_title, options) => {
    const serving = createHttp(options, handler);
    const faults = serverFaults(serving);
    expect(faults.length > 0).toBe(await takesSmuggledRequests(serving));
    expect(faults.every(({ code }) => code === 'CONFIG_UNSAFE')).toBe(true);
  });

  test.each<[string, (options: object) => object]>([
    ['http', createHttp],
    ['https', createHttps],
  ])('that is insecure is a fault of a server of %s', (_name, make) => {
    expect(serverFaults(make({ ...noClients, insecureHTTPParser: true })).map(({ option }) => option)).toEqual([
      'insecureHTTPParser',
    ]);
  });
});

test.each([
  ['http', createHttp()],
  ['http2 in clear text', createHttp2()],
  ['net', createNet()],
  ['nothing', {}],
])('a server of %s that says nothing has no fault', (_title, plain) => {
  expect(serverFaults(plain)).toEqual([]);
  expect(() => assertSafeServer(plain)).not.toThrow();
});

test('an unsafe server is refused with every fault and its fix in one error', () => {
  const unsafe = createHttps({ ...bare, rejectUnauthorized: false, insecureHTTPParser: true });
  expect(() => assertSafeServer(unsafe)).toThrow(ConfigurationError);
  expect(() => assertSafeServer(unsafe)).toThrow(
    /insecureHTTPParser: is on[^]*rejectUnauthorized: is false[^]*createTlsOptions/,
  );
});

describe('the server behind a socket', () => {
  test('is found over HTTP/1.1 and HTTP/2, plain and with TLS, and judged once', async () => {
    const errors: (ConfigurationError | undefined)[] = [];
    const handler = (request: { socket: object }, response: { end(text: string): void }) => {
      errors.push(serverErrorOf(request.socket));
      response.end('ok');
    };
    const unsafe = createHttp({ insecureHTTPParser: true }, handler);
    const port = await listen(unsafe);
    for (let left = 2; left > 0; left -= 1) {
      await new Promise((resolve) => get({ port, host: '127.0.0.1' }, (answer) => answer.resume().on('end', resolve)));
    }
    expect(errors[0]).toBeInstanceOf(ConfigurationError);
    expect(errors[1]).toBe(errors[0]);

    const permissive = { ...bare, rejectUnauthorized: false };
    let secure = 0;
    for (const serving of [
      createHttps(permissive, handler),
      createSecureServer({ ...permissive, allowHTTP1: true }, handler),
    ]) {
      secure = await listen(serving);
      const socket = dial(secure, showing(orders()));
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      await once(socket.resume(), 'close');
      expect(errors.at(-1)?.faults.map(({ option }) => option)).toEqual(['rejectUnauthorized']);
    }

    const overHttp2 = connectHttp2('https://localhost', {
      createConnection: () => dial(secure, { ...showing(orders()), ALPNProtocols: ['h2'] }),
    });
    onTestFinished(() => overHttp2.destroy());
    await once(overHttp2.request({ ':path': '/' }).resume(), 'end');
    expect(errors.at(-1)).toBe(errors.at(-2));

    const fine = dial(await listen(createHttps(safe('required'), handler)), showing(orders()));
    fine.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    await once(fine.resume(), 'close');
    expect(errors.at(-1)).toBeUndefined();
    expect(errors).toHaveLength(6);
  });

  test.each([[undefined], [{}], [{ server: null }], [{ server: 'x' }]])(
    'that is not known has no fault: %j',
    (socket) => {
      expect(serverErrorOf(socket)).toBeUndefined();
    },
  );
});
