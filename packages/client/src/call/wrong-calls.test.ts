import { expect, it } from 'vitest';
import { createServiceClient, type ServiceRequest } from '../index.ts';

it.each<[string, unknown, object, string]>([
  ['a URL', new URL('https://inventory.test/a'), {}, 'expected a text, not an object such as URL or Request.'],
  ['no slash', 'stock/42', {}, 'expected a path with a leading slash'],
  ['another option', '/', { timeoutSeconds: 5 }, 'Check timeoutSeconds, expected one of method, headers, body'],
  ['an object as body', '/', { method: 'POST', body: { a: 1 } }, 'Check body, expected text, bytes, URLSearchParams'],
  ['a body for GET', '/', { body: 'x' }, 'Check body, expected none with GET.'],
  ['a user for a caller', '/', { onBehalfOf: 'alice' }, 'Check onBehalfOf, expected the caller of a request'],
])('a call that was written wrongly is told what is expected: %s', async (_name, target, request, told) => {
  let sent = 0;
  const options = { baseUrl: 'https://inventory.test', audience: 'https://inventory.test' };
  const client = createServiceClient({ ...options, fetch: async () => new Response(`${(sent += 1)}`) });
  await expect(client.fetch(target as string, request as ServiceRequest)).rejects.toThrow(told);
  expect(sent).toBe(0);
  await client.close();
});
