import type { ConfigurationError } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { orders } from '../client.test-kit.ts';
import { clientCredentials, type ClientCredentialsOptions } from '../index.ts';

describe('options of clientCredentials', () => {
  const options: ClientCredentialsOptions = {
    issuer: 'https://issuer.test',
    clientAuthentication: orders(),
    scope: 'a b',
  };

  const allowHttp = { reason: 'the mesh encrypts', owner: 'platform', expires: '2999-12-31' };

  it.each([
    ['nothing to object to', {}, []],
    ['an endpoint on http under a waiver', { tokenEndpoint: 'http://issuer.test/token', allowHttp }, []],
    ['an issuer on http', { issuer: 'http://issuer.test' }, ['issuer CONFIG_INVALID']],
    ['an issuer with a query', { issuer: 'https://issuer.test?x' }, ['issuer CONFIG_INVALID']],
    ['an issuer with a user name', { issuer: 'https://me@issuer.test' }, ['issuer CONFIG_INVALID']],
    ['no client authentication', { clientAuthentication: undefined }, ['clientAuthentication CONFIG_MISSING']],
    ['the name of one', { clientAuthentication: 'client_secret_basic' }, ['clientAuthentication CONFIG_MISSING']],
    [
      'one without a client id',
      { clientAuthentication: { clientId: '', prove: () => {} } },
      ['clientAuthentication CONFIG_MISSING'],
    ],
    ['one that proves nothing', { clientAuthentication: { clientId: 'c' } }, ['clientAuthentication CONFIG_MISSING']],
    [
      'one by certificate, and no certificate',
      { clientAuthentication: { ...orders(), needsCertificate: true } },
      ['clientAuthentication CONFIG_CONFLICT'],
    ],
    ['bound tokens, and no certificate', { certificateBound: true }, ['certificateBound CONFIG_CONFLICT']],
    ['a binding as text', { certificateBound: 'yes' }, ['certificateBound CONFIG_INVALID']],
    ['a key as prover', { dpop: 'key' }, ['dpop CONFIG_INVALID']],
    ['a scope with a comma list', { scope: 'a, b"' }, ['scope CONFIG_INVALID']],
    ['an empty scope', { scope: '' }, ['scope CONFIG_INVALID']],
    ['an endpoint on http', { tokenEndpoint: 'http://issuer.test/token' }, ['tokenEndpoint CONFIG_INVALID']],
    [
      'a scheme in capitals',
      { tokenEndpoint: 'HTTP://issuer.test/token', allowHttp },
      ['tokenEndpoint CONFIG_INVALID'],
    ],
    ['a scheme without slashes', { tokenEndpoint: 'http:issuer.test', allowHttp }, ['tokenEndpoint CONFIG_INVALID']],
    ['backslashes', { tokenEndpoint: 'http:\\\\issuer.test', allowHttp }, ['tokenEndpoint CONFIG_INVALID']],
    ['an origin with a path', { tokenEndpointOrigins: ['https://a.test/'] }, ['tokenEndpointOrigins CONFIG_INVALID']],
    ['an origin that is no list', { tokenEndpointOrigins: 'https://a.test' }, ['tokenEndpointOrigins CONFIG_INVALID']],
    ['an empty text as origins', { tokenEndpointOrigins: '' }, ['tokenEndpointOrigins CONFIG_INVALID']],
    ['a number as origins', { tokenEndpointOrigins: 5 }, ['tokenEndpointOrigins CONFIG_INVALID']],
    ['no origins, by null', { tokenEndpointOrigins: null }, ['tokenEndpointOrigins CONFIG_INVALID']],
    ['a parameter we do not know', { audienceParameter: 'aud' }, ['audienceParameter CONFIG_INVALID']],
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
      { issuer: 1, clientAuthentication: 2, scope: 3 },
      ['issuer CONFIG_INVALID', 'clientAuthentication CONFIG_MISSING', 'scope CONFIG_INVALID'],
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
