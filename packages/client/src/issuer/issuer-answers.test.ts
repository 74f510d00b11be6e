/** What an issuer may answer, and how it may fail: nothing of it reaches the service. */
import { describe, expect, it } from 'vitest';
import { audience, client, credentialsAt, faultOf, json, orders, world, type Answer } from '../client.test-kit.ts';
import { clientCredentials } from '../index.ts';

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
      clientAuthentication: orders(),
    });
    const inventory = client({ baseUrl: service.origin, audience, credentials, tls });
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'ISSUER_UNTRUSTED' });
    expect(issuer.seen).toEqual([]);
  });
});
