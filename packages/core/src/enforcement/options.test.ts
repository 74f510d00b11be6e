import { afterEach, describe, expect, test, vi } from 'vitest';
import { memorySink } from '../audit/memory-sink.ts';
import { all } from '../authentication/accept.ts';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { checkOptions, type ServiceAuthOptions } from './options.ts';
import { fakeCertificates, fakeTokens } from './pipeline.test-kit.ts';

const good: ServiceAuthOptions = {
  service: 'spiffe://prod.test/inventory',
  audience: 'https://inventory.test',
  accept: [fakeTokens()],
  audit: memorySink(),
};

function faultsOf(options: unknown): readonly string[] {
  try {
    checkOptions(options as ServiceAuthOptions);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    for (const fault of (error as ConfigurationError).faults) expect(fault.fix).not.toBe('');
    return (error as ConfigurationError).faults.map((fault) => fault.option);
  }
}

afterEach(() => {
  vi.unstubAllEnvs();
});

test('good options have no fault', () => {
  expect(faultsOf(good)).toEqual([]);
  expect(faultsOf({ ...good, accept: [all(fakeCertificates(), fakeTokens())], audience: ['a', 'b'] })).toEqual([]);
});

describe('each mistake names its option', () => {
  const tokens = fakeTokens();
  test.each<[string, unknown, readonly string[]]>([
    ['nothing', undefined, ['options']],
    ['everything missing', {}, ['service', 'audience', 'audit', 'accept']],
    ['a service that is no workload id', { ...good, service: 'inventory' }, ['service']],
    ['an empty audience', { ...good, audience: '' }, ['audience']],
    ['an empty list of audiences', { ...good, audience: [] }, ['audience']],
    ['an audience that is not text', { ...good, audience: [5] }, ['audience']],
    ['an audience that is a number', { ...good, audience: 5 }, ['audience']],
    ['an audience that is null', { ...good, audience: null }, ['audience']],
    [
      'an alias outside a list',
      { ...good, aliases: { 'spiffe://prod.test/a': 'hmac:k' } },
      ['aliases["spiffe://prod.test/a"]'],
    ],
    [
      'an alias that is no text',
      { ...good, aliases: { 'spiffe://prod.test/a': [5] } },
      ['aliases["spiffe://prod.test/a"]'],
    ],
    ['an empty accept', { ...good, accept: [] }, ['accept']],
    ['a mechanism that was not called', { ...good, accept: [() => {}] }, ['accept[0]']],
    ['two mechanisms for one kind', { ...good, accept: [tokens, fakeTokens()] }, ['accept[1]']],
    ['a misspelt option', { ...good, audit2: 1 }, ['audit2']],
    ['a clock that only tells the time of day', { ...good, clock: { now: () => 1 } }, ['clock']],
    ['a clock that is a number', { ...good, clock: 5 }, ['clock']],
    ['a fetch that is no function', { ...good, fetch: 'https://proxy.test' }, ['fetch']],
    ['a logger without methods', { ...good, logger: {} }, ['logger']],
    ['a logger without warn', { ...good, logger: { info: () => {}, error: () => {} } }, ['logger']],
    ['a logger that is one function', { ...good, logger: () => {} }, ['logger']],
    ['a policy without decide', { ...good, policy: {} }, ['policy']],
    [
      'an alias that is no id',
      { ...good, aliases: { 'spiffe://prod.test/a': ['a'] } },
      ['aliases["spiffe://prod.test/a"]'],
    ],
    [
      'an alias of two workloads',
      { ...good, aliases: { 'spiffe://p/a': ['hmac:k'], 'spiffe://p/b': ['hmac:k'] } },
      ['aliases["spiffe://p/b"]'],
    ],
    ['an observe mode without end', { ...good, observe: { reason: 'r', owner: 'o' } }, ['observe.expires']],
    ['several mistakes at once', { ...good, service: '', audit: undefined, policy: 1 }, ['service', 'audit', 'policy']],
  ])('%s', (_case, options, expected) => {
    expect(faultsOf(options)).toEqual(expected);
  });

  test('what is given instead of the world is taken when it does its work', () => {
    const log = (): void => {};
    const clock = { now: () => 1, monotonic: () => 1 };
    const fetch = (): Promise<Response> => Promise.reject(new Error('x'));
    expect(faultsOf({ ...good, clock, fetch, logger: { info: log, warn: log, error: log } })).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ['one mechanism without its list', tokens, 'accept: is not a list'],
    ['an empty list', [], 'accept: is empty'],
    ['nothing', undefined, 'accept: is empty'],
  ])('the fault of accept says what is wrong: %s', (_case, accept, problem) => {
    expect(() => checkOptions({ ...good, accept } as unknown as ServiceAuthOptions)).toThrow(problem);
  });

  test('the same mechanism in two alternatives is no conflict', () => {
    expect(faultsOf({ ...good, accept: [tokens, all(tokens, fakeCertificates())] })).toEqual([]);
  });

  test.each([
    ['NODE_OPTIONS', '--insecure-http-parser'],
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
  ])('a process with %s=%s does not start', (name, value) => {
    vi.stubEnv(name, value);
    expect(faultsOf(good)).toEqual(['process']);
  });
});

test('options changed after the start change nothing', () => {
  const audience: [string, ...string[]] = ['https://inventory.test'];
  const settings = checkOptions({ ...good, audience });
  audience.push('https://evil.test');
  expect(settings.runtime.audience).toEqual(['https://inventory.test']);
});
