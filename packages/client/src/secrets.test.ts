/** A canary: the client secret, the tokens and the private key are in nothing that the client shows. */
import { inspect } from 'node:util';
import { clientSecret as authenticateBySecret, Secret } from '@countersign/core';
import { request } from 'undici';
import { expect, it } from 'vitest';
import {
  audience,
  authority,
  client,
  clientSecret,
  credentialsAt,
  faultOf,
  identityOf,
  json,
  orders,
  serve,
  startIssuer,
  testClock,
} from './client.test-kit.ts';
import { clientCredentials, createServiceClient, mtls, type CredentialSource } from './index.ts';

const token = 'canary-access-token-0815';

/** Everything that could be printed of a value, hidden fields and causes too. */
function printed(value: unknown): string {
  const stack = value instanceof Error ? (value.stack ?? '') : '';
  return [inspect(value, { depth: 20, showHidden: true }), JSON.stringify(value), String(value), stack].join('\n');
}

function leaksIn(texts: readonly string[], secrets: readonly string[]): string[] {
  const forms = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64url'),
    Buffer.from(`orders:${secret}`).toString('base64url'),
  ]);
  return forms.filter((form) => texts.some((text) => text.includes(form)));
}

async function collect(): Promise<{ readonly texts: string[]; readonly secrets: string[] }> {
  const texts: string[] = [];
  const note = (...all: unknown[]): void => void texts.push(printed(all));
  const logger = { info: note, warn: note, error: note };
  const { keyPem, certificatePem } = await identityOf('orders');
  const { bundle } = await authority();
  const key = new Secret(keyPem);
  const tls = mtls({ key, certificate: certificatePem, server: 'spiffe://prod.test/inventory', trustBundle: bundle });
  const clock = testClock();
  const issuer = await startIssuer();
  let mode = '';
  issuer.onToken = (_one, response) => {
    const grant = { access_token: token, token_type: 'Bearer', expires_in: 300, scope: 'other' };
    if (mode === 'wrong type') json(response, 200, { ...grant, token_type: 'DPoP' });
    else if (mode === 'two lines') json(response, 200, { ...grant, access_token: `${token}\r\n` });
    else if (mode === 'echo') json(response, 400, { error: 'invalid_client', error_description: clientSecret });
    else if (mode === 'odd error') json(response, 400, { error: clientSecret, error_uri: token });
    else if (mode === 'challenge')
      json(response.setHeader('www-authenticate', `Basic realm="${clientSecret}"`), 401, {});
    else if (mode === 'not JSON') response.writeHead(200, { 'content-type': 'application/json' }).end(`{${token}`);
    else if (mode === 'fault') json(response, 500, grant);
    else if (mode === 'redirect') response.writeHead(302, { location: `https://localhost/?${clientSecret}` }).end();
    else json(response, 200, grant);
  };
  const service = await serve((_one, response) => {
    if (mode === 'lost') response.destroy();
    else if (mode === 'moved') response.writeHead(302, { location: `/${token}` }).end();
    else if (mode === 'refused') json(response, 401, {});
    else json(response, 200, {});
  });
  const modes = [
    '',
    'wrong type',
    'two lines',
    'echo',
    'odd error',
    'challenge',
    'not JSON',
    'fault',
    'redirect',
    'lost',
    'moved',
    'refused',
  ];
  for (mode of modes) {
    const credentials = await credentialsAt(issuer);
    const inventory = client({ baseUrl: service.origin, audience, credentials, tls, clock, logger });
    const outcome = await inventory.fetch('/').catch((error: unknown) => error);
    texts.push(printed(outcome), printed(inventory), printed(credentials), printed(tls));
    const dispatcher = inventory.dispatcher();
    texts.push(printed(await request(`${service.origin}/`, { dispatcher }).catch((error: unknown) => error)));
    texts.push(printed(dispatcher));
    await inventory.fetch('/').catch(note);
    texts.push(printed(await faultOf(inventory.fetch(`//evil.test/${token}`))));
    texts.push(printed(await faultOf(inventory.fetch('/', { headers: { 'x-a': `${token}\n` + 'b' } }))));
    texts.push(printed(await faultOf(inventory.fetch('/', { headers: [['authorization', `Bearer ${token}`]] }))));
  }
  const wrong = { clientId: 'orders', clientSecret: new Secret(`${clientSecret} `) };
  for (const mistake of [
    () => authenticateBySecret(wrong),
    () => authenticateBySecret({ ...wrong, clientSecret: clientSecret as unknown as Secret }),
    () => clientCredentials({ issuer: clientSecret, clientAuthentication: orders() }),
    () => clientCredentials({ issuer: 'https://x', clientAuthentication: clientSecret as never }),
    () => mtls({ key, certificate: keyPem, server: keyPem, trustBundle: bundle }),
    () => mtls({ key: keyPem as unknown as Secret, certificate: '', server: '', trustBundle: bundle }),
    () =>
      createServiceClient({
        baseUrl: `https://${token}@x`,
        audience: '',
        credentials: clientSecret as unknown as CredentialSource,
      }),
  ]) {
    try {
      mistake();
    } catch (error) {
      note(error);
    }
  }
  const [, keyBody = ''] = keyPem.split('\n');
  return { texts, secrets: [clientSecret, token, keyBody] };
}

it('no secret is in any error, log line or printed object, and a planted one is found', async () => {
  const { texts, secrets } = await collect();
  expect(secrets.every((secret) => secret.length > 15)).toBe(true);
  expect(texts.length).toBeGreaterThan(60);
  expect(leaksIn(texts, secrets)).toEqual([]);
  for (const secret of secrets) {
    const leak = new Error('outer', { cause: { hidden: [secret] } });
    expect(leaksIn([...texts, printed(leak)], secrets)).toContain(secret);
  }
});
