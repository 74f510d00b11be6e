import { type ConfigurationError } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { createServiceClient, serverTls, type CredentialSource, type ServiceClientOptions } from '../index.ts';
import { authority, identityOf, orders } from '../client.test-kit.ts';
import { clientCredentials } from '../source/client-credentials.ts';
import { Secret } from '@countersign/core';
import type { PemIdentity } from '@countersign/testing';
import { identityFrom } from '../connection/rotation.test-kit.ts';

const credentials: CredentialSource = {
  bind: () => ({ credential: () => ({ scheme: 'Bearer', token: new Secret('t') }) }),
};
const options = { baseUrl: 'https://inventory.test', audience: 'https://inventory.test', credentials };

function faultsOf(changes: object): string[] {
  try {
    createServiceClient({ ...options, ...changes } as ServiceClientOptions);
    return [];
  } catch (error) {
    return (error as ConfigurationError).faults.map(({ code, option }) => `${option} ${code}`);
  }
}

describe('a source in the place of the other one', () => {
  const forSubjects = { bindOnBehalfOf: () => ({ credential: () => Promise.reject(new Error('unused')) }) };
  it.each<[string, object, string]>([
    ['credentials', { credentials: forSubjects }, 'write it as onBehalfOf: it acts for subjects'],
    ['onBehalfOf', { onBehalfOf: credentials }, 'write it as credentials: it acts as this service'],
    ['nothing that is one', { credentials: 'token' }, 'pass clientCredentials({ … })'],
  ])('as %s is told where it belongs', (_name, changes, fix) => {
    expect(() => createServiceClient({ ...options, ...changes } as ServiceClientOptions)).toThrow(`fix: ${fix}`);
  });
});

describe('options of createServiceClient', () => {
  const waiver = { reason: 'r', owner: 'o', expires: '2999-12-31' };

  it.each<readonly [string, object, readonly string[]]>([
    ['nothing to object to', {}, []],
    ['a base path and a port', { baseUrl: 'https://inventory.test:8443/api/' }, []],
    ['http under a waiver', { baseUrl: 'http://inventory.test', allowHttp: waiver }, []],
    ['http', { baseUrl: 'http://inventory.test' }, ['baseUrl CONFIG_INVALID']],
    ['another protocol', { baseUrl: 'ftp://inventory.test', allowHttp: waiver }, ['baseUrl CONFIG_INVALID']],
    ['a host alone', { baseUrl: 'inventory.test' }, ['baseUrl CONFIG_INVALID']],
    ['a user name', { baseUrl: 'https://me:pw@inventory.test' }, ['baseUrl CONFIG_INVALID']],
    ['a query', { baseUrl: 'https://inventory.test/?a=b' }, ['baseUrl CONFIG_INVALID']],
    ['an empty query', { baseUrl: 'https://inventory.test/?' }, ['baseUrl CONFIG_INVALID']],
    ['a fragment', { baseUrl: 'https://inventory.test/#a' }, ['baseUrl CONFIG_INVALID']],
    ['white space', { baseUrl: ' https://inventory.test' }, ['baseUrl CONFIG_INVALID']],
    ['a backslash', { baseUrl: 'https:\\\\inventory.test' }, ['baseUrl CONFIG_INVALID']],
    ['no base', { baseUrl: undefined }, ['baseUrl CONFIG_INVALID']],
    ['no audience', { audience: ' ' }, ['audience CONFIG_MISSING']],
    ['two audiences', { audience: ['a', 'b'] }, ['audience CONFIG_MISSING']],
    ['no proof', { credentials: undefined }, ['credentials CONFIG_MISSING']],
    ['a token for a source', { credentials: 'token' }, ['credentials CONFIG_INVALID']],
    ['a source for subjects', { credentials: { bindOnBehalfOf: () => {} } }, ['credentials CONFIG_INVALID']],
    ['a source for ourselves', { onBehalfOf: credentials }, ['onBehalfOf CONFIG_INVALID']],
    ['a function for a source', { credentials: async () => 'token' }, ['credentials CONFIG_INVALID']],
    ['a clock without monotonic time', { clock: { now: () => 0 } }, ['clock CONFIG_INVALID']],
    ['a clock by its name', { clock: 'system' }, ['clock CONFIG_INVALID']],
    ['a logger that only informs', { logger: { info: () => {} } }, ['logger CONFIG_INVALID']],
    ['a logger by its name', { logger: 'pino' }, ['logger CONFIG_INVALID']],
    ['an agent for tls', { tls: { rejectUnauthorized: false } }, ['tls CONFIG_INVALID']],
    ['fetch that is none', { fetch: 'fetch' }, ['fetch CONFIG_INVALID']],
    ['no time', { timeoutSeconds: 0 }, ['timeoutSeconds CONFIG_INVALID']],
    ['negative time', { timeoutSeconds: -1 }, ['timeoutSeconds CONFIG_INVALID']],
    ['milliseconds', { timeoutSeconds: 10_000 }, ['timeoutSeconds CONFIG_INVALID']],
    ['no number of time', { timeoutSeconds: Number.NaN }, ['timeoutSeconds CONFIG_INVALID']],
    ['a waiver that is true', { allowHttp: true }, ['allowHttp CONFIG_WAIVER_INVALID']],
    ['a waiver without owner', { allowHttp: { ...waiver, owner: '' } }, ['allowHttp.owner CONFIG_WAIVER_INVALID']],
    ['no repeats', { retry: false }, []],
    ['repeats of answers', { retry: { maximumAttempts: 3, answers: true, firstPauseSeconds: 0 } }, []],
    ['repeats by true', { retry: true }, ['retry CONFIG_INVALID']],
    ['no repeats by null', { retry: null }, ['retry CONFIG_INVALID']],
    ['no attempts', { retry: { maximumAttempts: 0 } }, ['retry.maximumAttempts CONFIG_INVALID']],
    ['half an attempt', { retry: { maximumAttempts: 1.5 } }, ['retry.maximumAttempts CONFIG_INVALID']],
    ['eleven attempts', { retry: { maximumAttempts: 11 } }, ['retry.maximumAttempts CONFIG_INVALID']],
    ['a list of statuses', { retry: { answers: [503] } }, ['retry.answers CONFIG_INVALID']],
    ['a negative pause', { retry: { firstPauseSeconds: -1 } }, ['retry.firstPauseSeconds CONFIG_INVALID']],
    [
      'a pause in milliseconds',
      { retry: { longestPauseSeconds: 2_000 } },
      ['retry.longestPauseSeconds CONFIG_INVALID'],
    ],
    ['a misspelt part of retry', { retry: { attempts: 2 } }, ['retry.attempts CONFIG_UNKNOWN_OPTION']],
    ['a source for subjects', { onBehalfOf: { bindOnBehalfOf: () => ({}) } }, []],
    ['a source for subjects alone', { credentials: undefined, onBehalfOf: { bindOnBehalfOf: () => ({}) } }, []],
    ['a source of its own for subjects', { onBehalfOf: credentials }, ['onBehalfOf CONFIG_INVALID']],
    [
      'a source for subjects as its own',
      { credentials: { bindOnBehalfOf: () => ({}) } },
      ['credentials CONFIG_INVALID'],
    ],
    ['a caller for a source', { onBehalfOf: { id: 'alice' } }, ['onBehalfOf CONFIG_INVALID']],
    ['a misspelt option', { timeout: 10 }, ['timeout CONFIG_UNKNOWN_OPTION']],
    [
      'several faults',
      { baseUrl: 'x', audience: '', credentials: undefined, timeoutSeconds: 'x' },
      [
        'baseUrl CONFIG_INVALID',
        'audience CONFIG_MISSING',
        'credentials CONFIG_MISSING',
        'timeoutSeconds CONFIG_INVALID',
      ],
    ],
  ])('with %s', (_name, changes, expected) => {
    expect(faultsOf(changes)).toEqual(expected);
  });

  it('that contradict one another are refused', async () => {
    const tls = serverTls({ ca: (await authority()).bundlePem });
    expect(faultsOf({ tls })).toEqual([]);
    expect(faultsOf({ tls, fetch: () => {} })).toEqual(['fetch CONFIG_CONFLICT']);
    expect(faultsOf({ tls, credentials: undefined })).toEqual(['credentials CONFIG_MISSING']);
    expect(faultsOf({ tls, baseUrl: 'http://x', allowHttp: waiver })).toEqual(['tls CONFIG_CONFLICT']);
  });

  it('include what the source of credentials objects to', () => {
    const source = clientCredentials({ issuer: 'https://i.test', clientAuthentication: orders() });
    expect(faultsOf({ credentials: source, audience: 'inventory', baseUrl: 'x' })).toEqual([
      'baseUrl CONFIG_INVALID',
      'credentials.audience CONFIG_INVALID',
    ]);
  });

  it('are no object', () => {
    expect(() => createServiceClient(undefined as unknown as ServiceClientOptions)).toThrow(/CONFIG_MISSING/);
  });

  it.each(['', 'no certificate', [], undefined])('of serverTls take CA certificates only', (ca) => {
    expect(() => serverTls({ ca } as Parameters<typeof serverTls>[0])).toThrow(/CONFIG_INVALID/);
  });

  it.each<[string, (pem: PemIdentity, ca: string) => object, RegExp | undefined]>([
    ['an identity', (pem) => ({ identity: identityFrom(pem) }), undefined],
    ['an identity and CAs', (pem, ca) => ({ identity: identityFrom(pem), ca }), undefined],
    ['a source of identities', () => ({ identity: { find: () => undefined, watch: () => () => {} } }), undefined],
    ['a certificate as identity', (pem) => ({ identity: pem.certificatePem }), /identity: is neither/],
    [
      'a pair that is none',
      (pem) => ({ identity: { key: new Secret('k'), certificate: pem.certificatePem } }),
      /KEY_REFUSED/,
    ],
    ['an identity and no CA', (pem) => ({ identity: identityFrom(pem), ca: 'none' }), /ca: is not a CA/],
    ['a key of its own', (pem) => ({ key: new Secret(pem.keyPem) }), /UNKNOWN_OPTION/],
  ])('of serverTls may be %s, or may not', async (_name, optionsOf, problem) => {
    const options = optionsOf(await identityOf('orders'), (await authority()).bundlePem);
    const make = () => serverTls(options as Parameters<typeof serverTls>[0]);
    if (problem === undefined) expect(make()).toMatchObject({ proves: 'both' });
    else expect(make).toThrow(problem);
  });
});
