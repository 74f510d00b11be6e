import { clientSecret as authenticateBySecret, Secret } from '@countersign/core';
import { createTestIssuer } from '@countersign/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  audience,
  authority,
  client,
  clientSecret,
  credentialsAt,
  faultOf,
  json,
  orders,
  world,
} from '../client.test-kit.ts';
import { clientCredentials, serverTls } from '../index.ts';

describe('client credentials', () => {
  it('cost one token request for 500 calls at once', async () => {
    const { issuer, service, tls, clock } = await world();
    // A machine that is busy may take its time: this counts requests.
    const credentials = await credentialsAt(issuer, { timeoutSeconds: 60 });
    const inventory = client({ baseUrl: service.origin, audience, credentials, tls, clock, timeoutSeconds: 100 });
    const calls = Array.from({ length: 500 }, async () => {
      const response = await inventory.fetch('/');
      await response.text();
      return response.status;
    });
    expect(new Set(await Promise.all(calls))).toEqual(new Set([200]));
    expect(issuer.asked).toHaveLength(1);
    expect(new Set(service.seen.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer token-1']));
  }, 120_000);

  it('work with a real authorization server, whose keys and tokens change', async () => {
    const issuer = await createTestIssuer({
      authority: await authority(),
      clients: [
        { clientId: 'or:ders', clientSecret: new Secret('p@ss w%rd+/=x'.repeat(3)), scopes: ['inventory:read'] },
      ],
      resources: [{ audience, scopes: ['inventory:read'] }],
    });
    onTestFinished(() => issuer.close());
    const { service, tls, clock } = await world();
    for (const method of ['basic', 'post'] as const) {
      const credentials = clientCredentials({
        issuer: issuer.issuer,
        clientAuthentication: authenticateBySecret({
          clientId: 'or:ders',
          clientSecret: new Secret('p@ss w%rd+/=x'.repeat(3)),
          method,
        }),
        scope: 'inventory:read',
        fetch: issuer.fetch,
      });
      const inventory = client({ baseUrl: service.origin, audience, credentials, tls, clock });
      const call = async (): Promise<string> => {
        await inventory.fetch('/');
        const [, payload = ''] = service.seen.at(-1)?.headers.authorization?.split('.') ?? [];
        return Buffer.from(payload, 'base64url').toString();
      };
      const claims = JSON.parse(await call()) as object;
      // The method is that of the registration, which is basic by default.
      expect(claims).toMatchObject({
        aud: audience,
        client_id: 'or:ders',
        scope: 'inventory:read',
        iss: issuer.issuer,
      });
      issuer.setOutage('down');
      clock.advance(290);
      expect(JSON.parse(await call())).toEqual(claims);
      clock.advance(10);
      expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE' });
      issuer.setOutage(undefined);
      clock.advance(30);
      expect(JSON.parse(await call())).not.toEqual(claims);
    }
  });

  it.each([
    ['basic', /^Basic /, undefined],
    ['post', /^$/, clientSecret],
  ] as const)('send the secret in one place: %s', async (method, header, inBody) => {
    const { service, tls, issuer } = await world();
    const credentials = await credentialsAt(issuer, { clientAuthentication: orders(method) });
    await client({ baseUrl: service.origin, audience, credentials, tls }).fetch('/');
    const [asked] = issuer.asked;
    expect(asked?.headers.authorization ?? '').toMatch(header);
    expect(new URLSearchParams(asked?.body).get('client_secret') ?? undefined).toBe(inBody);
  });

  it.each([
    ['openid', '/.well-known/openid-configuration'],
    ['oauth', '/.well-known/oauth-authorization-server'],
  ] as const)('read the metadata of %s once', async (discovery, path) => {
    const { service, tls, issuer, clock } = await world();
    const credentials = await credentialsAt(issuer, { discovery });
    const inventory = client({ baseUrl: service.origin, audience, credentials, tls, clock });
    await inventory.fetch('/');
    clock.advance(301);
    await inventory.fetch('/');
    expect(issuer.seen.map(({ url }) => url)).toEqual([path, '/token', '/token']);
  });

  it('read the metadata again after an hour, and go on with the old one while there is none', async () => {
    const { inventory, issuer, clock } = await world();
    await inventory.fetch('/');
    issuer.onMetadata = (_one, response) => json(response, 503, {});
    clock.advance(3_601);
    expect((await inventory.fetch('/')).status).toBe(200);
    expect(issuer.seen).toHaveLength(4);
    issuer.onMetadata = (_one, response) =>
      json(response, 200, { issuer: 'https://evil.test', token_endpoint: `${issuer.origin}/token` });
    clock.advance(3_601);
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'ISSUER_UNTRUSTED' });
  });

  it('need no metadata when the token endpoint is given', async () => {
    const { service, tls, issuer } = await world();
    const credentials = await credentialsAt(issuer, { tokenEndpoint: `${issuer.origin}/token` });
    await client({ baseUrl: service.origin, audience, credentials, tls }).fetch('/');
    expect(issuer.seen.map(({ url }) => url)).toEqual(['/token']);
  });

  it('can name the audience for older servers, and leave the scope out', async () => {
    const { service, tls, issuer } = await world();
    const { bundlePem } = await authority();
    const credentials = clientCredentials({
      issuer: issuer.origin,
      clientAuthentication: orders(),
      audienceParameter: 'audience',
      tls: serverTls({ ca: bundlePem }),
    });
    await client({ baseUrl: service.origin, audience: 'inventory', credentials, tls }).fetch('/');
    const asked = new URLSearchParams(issuer.asked[0]?.body);
    expect(Object.fromEntries(asked)).toEqual({ grant_type: 'client_credentials', audience: 'inventory' });
  });

  it('tell when the issuer gives fewer scopes', async () => {
    const { service, tls, issuer } = await world();
    issuer.onToken = (_one, response) =>
      json(response, 200, { access_token: 't', token_type: 'bearer', expires_in: 300, scope: 'other' });
    const notices: object[] = [];
    const note = (fields: object): void => void notices.push(fields);
    const logger = { info: note, warn: note, error: note };
    const credentials = await credentialsAt(issuer);
    await client({ baseUrl: service.origin, audience, credentials, tls, logger }).fetch('/');
    expect(notices).toEqual([
      { code: 'CLIENT_SECRET_SHARED', clientId: 'orders', issuer: issuer.origin },
      { code: 'TOKEN_SCOPES_NARROWED', missing: 'inventory:read' },
    ]);
  });
});
