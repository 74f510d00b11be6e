import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { service } from '../enforcement/pipeline.test-kit.ts';
import { call } from './call.test-kit.ts';
import { resourceMetadata } from './resource-metadata.ts';

const resource = 'https://inventory.test/api';
const path = '/.well-known/oauth-protected-resource/api';

/** A server that answers 404 to what is handed on. `mounted` is cut off its URLs, as Express does below a path. */
async function served(mounted = ''): Promise<number> {
  const middleware = resourceMetadata(service({ resource }).auth);
  const server = createServer((request, response) => {
    const { url = '' } = request;
    Object.assign(request, { originalUrl: url, url: url.slice(mounted.length) });
    middleware(request, response, () => void response.writeHead(404).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe('one path is answered, to readers', () => {
  test.each([
    ['the path', path, 'GET', 200],
    ['the path with a query', `${path}?a=b`, 'GET', 200],
    ['its head', path, 'HEAD', 200],
    ['a path below', `${path}/x`, 'GET', 404],
    ['a slash behind it', `${path}/`, 'GET', 404],
    ['the path of another resource', '/.well-known/oauth-protected-resource', 'GET', 404],
    ['other letters', path.toUpperCase(), 'GET', 404],
    ['a percent triplet', path.replace('a', '%61'), 'GET', 404],
    ['a double slash', `/${path}`, 'GET', 404],
    ['a writer', path, 'POST', 404],
    ['a preflight', path, 'OPTIONS', 404],
  ])('%s', async (_case, target, method, status) => {
    const answer = await call(await served(), target, { method });
    expect(answer.status).toBe(status);
    const isDocument = status === 200 && method === 'GET';
    expect(answer.body).toBe(isDocument ? JSON.stringify({ resource, bearer_methods_supported: ['header'] }) : '');
    if (status === 200) expect(answer.headers['content-type']).toBe('application/json');
  });

  test('below a mount path the whole path counts', async () => {
    const port = await served('/.well-known');
    expect((await call(port, path)).status).toBe(200);
    expect((await call(port, `/.well-known${path}`)).status).toBe(404);
  });
});

test('a service without a resource is a start-up error', () => {
  expect(() => resourceMetadata(service().auth)).toThrow(/resource: is not set/);
});
