import { FaultCollector, type ConfigurationError } from '@countersign/core';
import { afterEach, describe, expect, test } from 'vitest';
import { checkEndpoint, endpointVariable, parseEndpoint } from './workload-endpoint.ts';

describe('an endpoint', () => {
  test.each([
    ['unix:///run/spire/agent.sock', { path: '/run/spire/agent.sock' }],
    ['unix:/run/agent.sock', { path: '/run/agent.sock' }],
    ['unix:///a b.sock', { path: '/a b.sock' }],
    ['tcp://127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
    ['tcp://[::1]:65535', { host: '::1', port: 65_535 }],
  ])('is read: %s', (text, address) => {
    expect(parseEndpoint(text)).toEqual({ ok: true, value: { text, address } });
  });

  test.each([
    [''],
    ['/run/spire/agent.sock'],
    ['unix://'],
    ['unix:'],
    ['unix:run/agent.sock'],
    ['unix://run/agent.sock'],
    ['unix:////run/agent.sock'],
    ['unix://user@/run/agent.sock'],
    ['unix:///run/agent.sock?x'],
    ['unix:///run/agent.sock#x'],
    ['unix:///run/agent%2esock'],
    ['unix:///run/agent.sock\n'],
    ['unix:///run/agent\0.sock'],
    ['unix:///run/'],
    ['UNIX:///run/agent.sock'],
    [`unix:///${'x'.repeat(107)}`],
    ['tcp://localhost:8080'],
    ['tcp://127.0.0.1'],
    ['tcp://127.0.0.1:0'],
    ['tcp://127.0.0.1:65536'],
    ['tcp://127.0.0.1:080'],
    ['tcp://127.0.0.1:8080/'],
    ['tcp://user@127.0.0.1:8080'],
    ['tcp://::1:8080'],
    ['tcp://[127.0.0.1]:8080'],
    ['tcp:127.0.0.1:8080'],
    ['tcp://127.1:8080'],
    ['http://127.0.0.1:8080'],
    ['npipe:spire'],
    [undefined],
    [42],
  ])('is refused: %j', (text) => {
    expect(parseEndpoint(text as string)).toEqual({ ok: false, problem: expect.any(String) });
  });
});

describe('the endpoint of a source', () => {
  const before = process.env[endpointVariable];
  afterEach(() => {
    if (before === undefined) delete process.env[endpointVariable];
    else process.env[endpointVariable] = before;
  });

  function check(given: unknown, variable: string | undefined): unknown {
    if (variable === undefined) delete process.env[endpointVariable];
    else process.env[endpointVariable] = variable;
    const faults = new FaultCollector('test');
    const endpoint = checkEndpoint(faults, given);
    try {
      faults.throwIfAny();
    } catch (error) {
      return (error as ConfigurationError).faults.map(({ code, problem }) => `${code} ${problem}`).join();
    }
    return endpoint?.text;
  }

  test('is the one that is given, whatever the environment says', () => {
    expect(check('unix:///a.sock', 'unix:///b.sock')).toBe('unix:///a.sock');
    expect(check('unix:///a.sock', 'nonsense')).toBe('unix:///a.sock');
  });

  test('is that of SPIFFE_ENDPOINT_SOCKET when none is given', () => {
    expect(check(undefined, 'unix:///b.sock')).toBe('unix:///b.sock');
  });

  test.each([
    ['nothing at all', undefined, undefined, 'CONFIG_MISSING is not given, and SPIFFE_ENDPOINT_SOCKET is not set'],
    ['an empty variable', undefined, '', 'CONFIG_MISSING is not given, and SPIFFE_ENDPOINT_SOCKET is not set'],
    ['a path in the variable', undefined, '/b.sock', 'CONFIG_INVALID comes from SPIFFE_ENDPOINT_SOCKET'],
    ['an empty option beside a good variable', '', 'unix:///b.sock', 'CONFIG_INVALID is empty'],
    ['null beside a good variable', null, 'unix:///b.sock', 'CONFIG_INVALID is empty'],
  ])('is refused: %s', (_title, given, variable, fault) => {
    expect(check(given, variable)).toContain(fault);
  });
});
