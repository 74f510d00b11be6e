import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  audience,
  authority,
  client,
  credentialsAt,
  faultOf,
  json,
  serve,
  startIssuer,
  world,
} from '../client.test-kit.ts';
import { serverTls } from '../index.ts';

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('the connection', () => {
  it('that cannot be made is told apart from one that is lost', async () => {
    const { service, tls, issuer } = await world((_one, response) => void response.destroy());
    const credentials = await credentialsAt(issuer);
    const lost = client({ baseUrl: service.origin, audience, credentials, tls });
    expect(await faultOf(lost.fetch('/'))).toMatchObject({ code: 'CONNECTION_LOST', requestSent: 'maybe' });
    const nobody = client({ baseUrl: `https://localhost:${await closedPort()}`, audience, credentials, tls });
    expect(await faultOf(nobody.fetch('/'))).toMatchObject({
      code: 'CONNECTION_FAILED',
      requestSent: 'never',
      detail: { actual: 'ECONNREFUSED' },
    });
  });

  it('by host name is refused for another host, another CA, and whatever the environment says', async () => {
    const { bundlePem, issue } = await authority();
    const elsewhere = await issue({ id: 'spiffe://prod.test/inventory', dnsNames: ['elsewhere.test'] });
    const issuer = await startIssuer();
    const credentials = await credentialsAt(issuer);
    const otherHost = await serve((_one, response) => json(response, 200, {}), elsewhere);
    const rightHost = await serve((_one, response) => json(response, 200, {}));
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const byOtherName = client({
        baseUrl: otherHost.origin,
        audience,
        credentials,
        tls: serverTls({ ca: bundlePem }),
      });
      expect(await faultOf(byOtherName.fetch('/'))).toMatchObject({ code: 'SERVER_UNTRUSTED' });
      const bySystem = client({ baseUrl: rightHost.origin, audience, credentials });
      expect(await faultOf(bySystem.fetch('/'))).toMatchObject({ code: 'SERVER_UNTRUSTED' });
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
    expect([...otherHost.seen, ...rightHost.seen]).toEqual([]);
  });
});
