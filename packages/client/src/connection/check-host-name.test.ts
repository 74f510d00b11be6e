/**
 * Attack rows 45 and 47: a server is known by host name through its DNS names and addresses, never through a URI and
 * never through its common name.
 */
import { expect, it } from 'vitest';
import { audience, authority, client, credentialsAt, faultOf, json, serve, startIssuer } from '../client.test-kit.ts';
import { serverTls } from '../index.ts';

it.each<readonly [string, object, string]>([
  ['a DNS name', { dnsNames: ['localhost'] }, 'answered'],
  ['a DNS name beside another common name', { commonName: 'elsewhere.test', dnsNames: ['localhost'] }, 'answered'],
  ['a URI with the host', { uris: ['https://localhost'] }, 'SERVER_UNTRUSTED'],
  ['a URI with the host and a slash', { uris: ['https://localhost/'] }, 'SERVER_UNTRUSTED'],
  ['a SPIFFE ID with the host', { uris: ['spiffe://localhost/inventory'] }, 'SERVER_UNTRUSTED'],
  ['the common name alone', { commonName: 'localhost' }, 'SERVER_UNTRUSTED'],
  ['the common name beside a URI', { commonName: 'localhost', uris: ['spiffe://prod.test/x'] }, 'SERVER_UNTRUSTED'],
  [
    'a DNS name of another host beside the URI',
    { dnsNames: ['elsewhere.test'], uris: ['https://localhost'] },
    'SERVER_UNTRUSTED',
  ],
])('a server that has the host as %s: %#', async (_title, names, expected) => {
  const { bundlePem, issue } = await authority();
  const server = await serve((_one, response) => json(response, 200, {}), await issue(names));
  const credentials = await credentialsAt(await startIssuer());
  const service = client({ baseUrl: server.origin, audience, credentials, tls: serverTls({ ca: bundlePem }) });
  const ended = await faultOf(service.fetch('/').then(() => Promise.reject({ code: 'answered' })));
  expect(ended).toMatchObject({ code: expected });
  expect(server.seen).toHaveLength(expected === 'answered' ? 1 : 0);
});
