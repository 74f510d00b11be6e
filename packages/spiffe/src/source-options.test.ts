import { ConfigurationError } from '@countersign/core';
import { afterEach, describe, expect, test } from 'vitest';
import { createBundleSource, createJwtSource, createX509Source, endpointVariable } from './index.ts';
import { field, joined, startFakeWorkloadApi } from './workload-api.test-kit.ts';

const before = process.env[endpointVariable];
afterEach(() => {
  if (before === undefined) delete process.env[endpointVariable];
  else process.env[endpointVariable] = before;
});

const makers: readonly [string, (options?: never) => unknown][] = [
  ['createX509Source', createX509Source],
  ['createJwtSource', createJwtSource],
  ['createBundleSource', createBundleSource],
];

describe.each(makers)('%s', (name, make) => {
  test.each([
    ['no endpoint anywhere', undefined, 'endpoint: is not given, and SPIFFE_ENDPOINT_SOCKET is not set'],
    ['an endpoint that is none', { endpoint: '/run/agent.sock' }, 'endpoint: begins neither with'],
    ['a misspelt option', { endpoint: 'unix:///a.sock', endpoints: 1 }, 'endpoints: is not an option'],
    ['a time limit of nothing', { endpoint: 'unix:///a.sock', readyTimeoutSeconds: 0 }, 'readyTimeoutSeconds: '],
    ['a time limit of text', { endpoint: 'unix:///a.sock', readyTimeoutSeconds: '5' }, 'readyTimeoutSeconds: '],
    ['a time limit of an hour', { endpoint: 'unix:///a.sock', readyTimeoutSeconds: 3_600 }, 'readyTimeoutSeconds: '],
  ])('is refused at start with %s', (_title, options, problem) => {
    delete process.env[endpointVariable];
    expect(() => make(options as never)).toThrow(ConfigurationError);
    expect(() => make(options as never)).toThrow(problem);
    expect(() => make(options as never)).toThrow(name);
  });
});

test.each([['orders'], ['spiffe://prod.test'], [null]])('createJwtSource is not made for the id %j', (spiffeId) => {
  expect(() => createJwtSource({ endpoint: 'unix:///a.sock', spiffeId: spiffeId as never })).toThrow('spiffeId: ');
});

test('the endpoint comes from SPIFFE_ENDPOINT_SOCKET when none is given, and is read once', async () => {
  const api = await startFakeWorkloadApi();
  api.set('FetchJWTBundles', joined(field(1, joined(field(1, 'spiffe://prod.test'), field(2, '{"keys":[]}')))));
  process.env[endpointVariable] = api.endpoint;
  const source = createJwtSource();
  process.env[endpointVariable] = 'unix:///nowhere.sock';
  await source.ready();
  expect(source.jwtBundle('prod.test')?.keys).toEqual([]);
  await source.close();
  await api.close();
});

test('a logger that throws disturbs nothing', async () => {
  const fail = (): never => {
    throw new Error('no');
  };
  const logger = { info: fail, warn: fail, error: fail };
  const source = createX509Source({ endpoint: 'unix:///nowhere/api.sock', logger, readyTimeoutSeconds: 0.05 });
  await expect(source.ready()).rejects.toMatchObject({ code: 'WORKLOAD_API_NOT_READY' });
  await source.close();
});
