import { Secret, type ConfigurationError } from '@countersign/core';
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
  world,
  type Answer,
} from './client.test-kit.ts';
import { clientCredentials, serverTls, type ClientCredentialsOptions } from './index.ts';

describe('client credentials', () => {
  it('cost one token request for 500 calls at once', async () => {
    const { inventory, issuer, service } = await world();
    const calls = Array.from({ length: 500 }, async () => {
      const response = await inventory.fetch('/');
      await response.text();
      return response.status;
    });
    expect(new Set(await Promise.all(calls))).toEqual(new Set([200]));
    expect(issuer.asked).toHaveLength(1);
    expect(new Set(service.seen.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer token-1']));
  });

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
    for (const clientAuthentication of ['client_secret_basic', 'client_secret_post'] as const) {
      const credentials = clientCredentials({
        issuer: issuer.issuer,
        clientId: 'or:ders',
        clientSecret: new Secret('p@ss w%rd+/=x'.repeat(3)),
        scope: 'inventory:read',
        clientAuthentication,
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
      issuer.setDown(true);
      clock.advance(290);
      expect(JSON.parse(await call())).toEqual(claims);
      clock.advance(10);
      expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE' });
      issuer.setDown(false);
      clock.advance(30);
      expect(JSON.parse(await call())).not.toEqual(claims);
    }
  });

  it.each([
    ['client_secret_basic', /^Basic /, undefined],
    ['client_secret_post', /^$/, clientSecret],
  ] as const)('send the secret in one place: %s', async (clientAuthentication, header, inBody) => {
    const { service, tls, issuer } = await world();
    const credentials = await credentialsAt(issuer, { clientAuthentication });
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
      clientId: 'orders',
      clientSecret: new Secret(clientSecret),
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
    expect(notices).toEqual([{ code: 'TOKEN_SCOPES_NARROWED', missing: 'inventory:read' }]);
  });
});

const good = { access_token: 'token', token_type: 'Bearer', expires_in: 300 };

describe('an issuer', () => {
  const answers: readonly (readonly [string, Answer, string])[] = [
    ['that is down', (_one, response) => void response.destroy(), 'CREDENTIAL_UNAVAILABLE'],
    ['with a fault', (_one, response) => json(response, 500, good), 'CREDENTIAL_UNAVAILABLE'],
    [
      'that throttles',
      (_one, response) => json(response.setHeader('retry-after', '7'), 429, {}),
      'CREDENTIAL_UNAVAILABLE',
    ],
    [
      'that breaks off',
      (_one, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{"access_');
        setTimeout(() => response.destroy(), 5);
      },
      'CREDENTIAL_UNAVAILABLE',
    ],
    ['that never ends', (_one, response) => void response.writeHead(200).write('{'), 'CREDENTIAL_UNAVAILABLE'],
    [
      'that refuses the client',
      (_one, response) => json(response, 401, { error: 'invalid_client' }),
      'CREDENTIAL_REFUSED',
    ],
    [
      'that refuses the client with a challenge',
      (_one, response) =>
        json(response.setHeader('www-authenticate', 'Basic realm="x"'), 401, { error: 'invalid_client' }),
      'CREDENTIAL_REFUSED',
    ],
    [
      'that refuses the audience',
      (_one, response) => json(response, 400, { error: 'invalid_target' }),
      'CREDENTIAL_REFUSED',
    ],
    ['with an error of its own', (_one, response) => json(response, 400, { error: 'x\r\ny' }), 'CREDENTIAL_REFUSED'],
    ['that answers text', (_one, response) => void response.end('token'), 'ISSUER_RESPONSE_INVALID'],
    [
      'that answers a page',
      (_one, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      'ISSUER_RESPONSE_INVALID',
    ],
    ['that answers nothing', (_one, response) => void response.writeHead(204).end(), 'ISSUER_RESPONSE_INVALID'],
    ['that answers a list', (_one, response) => json(response, 200, [good]), 'ISSUER_RESPONSE_INVALID'],
    [
      'without a token',
      (_one, response) => json(response, 200, { ...good, access_token: undefined }),
      'ISSUER_RESPONSE_INVALID',
    ],
    [
      'with an empty token',
      (_one, response) => json(response, 200, { ...good, access_token: '' }),
      'ISSUER_RESPONSE_INVALID',
    ],
    [
      'with a token of two lines',
      (_one, response) => json(response, 200, { ...good, access_token: 'a\r\nx-admin: 1' }),
      'ISSUER_RESPONSE_INVALID',
    ],
    [
      'with a token with a space',
      (_one, response) => json(response, 200, { ...good, access_token: 'a b' }),
      'ISSUER_RESPONSE_INVALID',
    ],
    [
      'with a huge token',
      (_one, response) => json(response, 200, { ...good, access_token: 'a'.repeat(16_385) }),
      'ISSUER_RESPONSE_INVALID',
    ],
    [
      'with a token of another type',
      (_one, response) => json(response, 200, { ...good, token_type: 'DPoP' }),
      'ISSUER_RESPONSE_INVALID',
    ],
    [
      'with a token of no type',
      (_one, response) => json(response, 200, { ...good, token_type: undefined }),
      'ISSUER_RESPONSE_INVALID',
    ],
    [
      'with a token that has expired',
      (_one, response) => json(response, 200, { ...good, expires_in: 0 }),
      'ISSUER_RESPONSE_INVALID',
    ],
    [
      'with a negative life',
      (_one, response) => json(response, 200, { ...good, expires_in: -1 }),
      'ISSUER_RESPONSE_INVALID',
    ],
    [
      'with an endless life',
      (_one, response) =>
        void response
          .writeHead(200, { 'content-type': 'application/json' })
          .end('{"access_token":"a","token_type":"Bearer","expires_in":1e400}'),
      'ISSUER_RESPONSE_INVALID',
    ],
    [
      'with a huge answer',
      (_one, response) => json(response, 200, { ...good, padding: 'x'.repeat(1_000_001) }),
      'ISSUER_RESPONSE_INVALID',
    ],
  ];

  it.each(answers)('%s gives no token, and nothing is sent to the service', async (_name, answer, code) => {
    const { service, tls, issuer } = await world();
    issuer.onToken = answer;
    const credentials = await credentialsAt(issuer, { timeoutSeconds: 0.5 });
    const inventory = client({ baseUrl: service.origin, audience, credentials, tls });
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code, requestSent: 'never' });
    expect(service.seen).toEqual([]);
  });

  it('that throttles tells how long to wait', async () => {
    const { inventory, issuer } = await world();
    issuer.onToken = (_one, response) => json(response.setHeader('retry-after', '7'), 429, {});
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({
      detail: { actual: 'status 429', retryAfterSeconds: 7 },
    });
  });

  it('that does not say how long its token lives is asked again after a minute', async () => {
    const { inventory, issuer, clock } = await world();
    issuer.onToken = (_one, response) => json(response, 200, { access_token: 'a', token_type: 'Bearer' });
    await inventory.fetch('/');
    clock.advance(47);
    await inventory.fetch('/');
    expect(issuer.asked).toHaveLength(1);
    clock.advance(13);
    await inventory.fetch('/');
    expect(issuer.asked).toHaveLength(2);
  });

  it('that is slow does not hold up calls while the old token is good', async () => {
    const { inventory, issuer, service, clock } = await world();
    await inventory.fetch('/');
    issuer.onToken = () => {};
    clock.advance(290);
    await Promise.all(Array.from({ length: 20 }, () => inventory.fetch('/')));
    expect(new Set(service.seen.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer token-1']));
    while (issuer.asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(issuer.asked).toHaveLength(2);
  });

  it('with a certificate of a strange authority gets no secret', async () => {
    const { service, tls, issuer } = await world();
    const credentials = clientCredentials({
      issuer: issuer.origin,
      clientId: 'orders',
      clientSecret: new Secret(clientSecret),
    });
    const inventory = client({ baseUrl: service.origin, audience, credentials, tls });
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'ISSUER_UNTRUSTED' });
    expect(issuer.seen).toEqual([]);
  });
});

describe('options of clientCredentials', () => {
  const options: ClientCredentialsOptions = {
    issuer: 'https://issuer.test',
    clientId: 'orders',
    clientSecret: new Secret('secret'),
    scope: 'a b',
  };

  it.each([
    ['nothing to object to', {}, []],
    ['an issuer on http', { issuer: 'http://issuer.test' }, ['issuer CONFIG_INVALID']],
    ['an issuer with a query', { issuer: 'https://issuer.test?x' }, ['issuer CONFIG_INVALID']],
    ['an issuer with a user name', { issuer: 'https://me@issuer.test' }, ['issuer CONFIG_INVALID']],
    ['a client id with a line end', { clientId: 'a\n' }, ['clientId CONFIG_MISSING']],
    ['a secret as text', { clientSecret: 'secret' }, ['clientSecret CONFIG_INVALID']],
    ['an empty secret', { clientSecret: new Secret('') }, ['clientSecret CONFIG_MISSING']],
    [
      'a secret with the line end of its file',
      { clientSecret: new Secret('secret\n') },
      ['clientSecret CONFIG_INVALID'],
    ],
    ['a scope with a comma list', { scope: 'a, b"' }, ['scope CONFIG_INVALID']],
    ['an empty scope', { scope: '' }, ['scope CONFIG_INVALID']],
    ['an endpoint on http', { tokenEndpoint: 'http://issuer.test/token' }, ['tokenEndpoint CONFIG_INVALID']],
    ['an origin with a path', { tokenEndpointOrigins: ['https://a.test/'] }, ['tokenEndpointOrigins CONFIG_INVALID']],
    ['an authentication we do not know', { clientAuthentication: 'none' }, ['clientAuthentication CONFIG_INVALID']],
    ['no time', { timeoutSeconds: 0 }, ['timeoutSeconds CONFIG_INVALID']],
    ['endless time', { timeoutSeconds: Number.POSITIVE_INFINITY }, ['timeoutSeconds CONFIG_INVALID']],
    ['no number of time', { timeoutSeconds: Number.NaN }, ['timeoutSeconds CONFIG_INVALID']],
    [
      'a waiver that is past',
      { allowHttp: { reason: 'r', owner: 'o', expires: '2020-01-01' } },
      ['allowHttp.expires CONFIG_WAIVER_INVALID'],
    ],
    ['a misspelt option', { scopes: 'a' }, ['scopes CONFIG_UNKNOWN_OPTION']],
    [
      'several faults',
      { issuer: 1, clientId: 2, clientSecret: 3 },
      ['issuer CONFIG_INVALID', 'clientId CONFIG_MISSING', 'clientSecret CONFIG_INVALID'],
    ],
  ])('with %s', (_name, changes, expected) => {
    let found: string[] = [];
    try {
      clientCredentials({ ...options, ...changes } as ClientCredentialsOptions);
    } catch (error) {
      found = (error as ConfigurationError).faults.map(({ code, option }) => `${option} ${code}`);
    }
    expect(found).toEqual(expected);
  });
});
