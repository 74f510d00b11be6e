import { expect, test } from 'vitest';
import { FaultCollector, type ConfigurationError } from '../errors/configuration-error.ts';
import { Secret } from '../errors/secret.ts';
import { createMemoryReplayStore } from '../store/memory-replay-store.ts';
import { checkDpop, type DpopOptions } from './dpop-options.ts';

const good: DpopOptions = { origin: 'https://api.test', replayStore: createMemoryReplayStore() };
const secret = new Secret('s'.repeat(32));

function faultsOf(changes: Record<string, unknown>): string[] {
  const faults = new FaultCollector('accessToken');
  checkDpop(faults, { ...good, ...changes }, 'dpop.');
  try {
    faults.throwIfAny();
  } catch (error) {
    return (error as ConfigurationError).faults.map(({ option }) => option);
  }
  return [];
}

test('what is left out has a safe default', () => {
  expect(checkDpop(new FaultCollector('x'), good, '')).toMatchObject({
    address: { origin: 'https://api.test', basePath: '' },
    nonces: undefined,
    maxAgeSeconds: 60,
    algorithms: ['ES256', 'Ed25519', 'EdDSA', 'PS256', 'RS256'],
    required: false,
    allowReplayStoreOutage: undefined,
  });
});

test.each<Record<string, unknown>>([
  { origin: 'https://api.test:8443' },
  { origin: 'http://localhost:3000' },
  { origin: 'http://127.0.0.1:3000' },
  { origin: 'http://[::1]:3000' },
  { basePath: '/inventory' },
  { basePath: '/a/b' },
  { nonces: false },
  { nonces: { secret } },
  { nonces: { secret: [secret, secret], periodSeconds: 10 } },
  { maxAgeSeconds: 1 },
  { maxAgeSeconds: 300 },
  { algorithms: ['ES512'] },
  { required: true },
])('accepted: %j', (changes) => {
  expect(faultsOf(changes)).toEqual([]);
});

test.each<[string, Record<string, unknown>]>([
  ['origin', { origin: undefined }],
  ['origin', { origin: 'http://api.test' }],
  ['origin', { origin: 'https://api.test/' }],
  ['origin', { origin: 'https://api.test/inventory' }],
  ['origin', { origin: 'https://API.test' }],
  ['origin', { origin: 'https://a@api.test' }],
  ['origin', { origin: 'http://localhost.evil.test' }],
  ['origin', { origin: /api/ }],
  ['basePath', { basePath: 'inventory' }],
  ['basePath', { basePath: '/inventory/' }],
  ['basePath', { basePath: '/a/../b' }],
  ['basePath', { basePath: '/a?b' }],
  ['basePath', { basePath: '/a b' }],
  ['basePath', { basePath: 1 }],
  ['replayStore', { replayStore: undefined }],
  ['replayStore', { replayStore: {} }],
  ['replayStore', { replayStore: new Map() }],
  ['nonces.secret', { nonces: {} }],
  ['nonces.secret', { nonces: true }],
  ['nonces.secret', { nonces: { secret: 's'.repeat(32) } }],
  ['nonces.secret', { nonces: { secret: new Secret('short') } }],
  ['nonces.secret', { nonces: { secret: [] } }],
  ['nonces.secret', { nonces: { secret: [secret, new Secret('')] } }],
  ['nonces.periodSeconds', { nonces: { secret, periodSeconds: 9 } }],
  ['nonces.periodSeconds', { nonces: { secret, periodSeconds: 3_601 } }],
  ['nonces.periods', { nonces: { secret, periods: 2 } }],
  ['maxAgeSeconds', { maxAgeSeconds: 0 }],
  ['maxAgeSeconds', { maxAgeSeconds: 301 }],
  ['maxAgeSeconds', { maxAgeSeconds: Number.NaN }],
  ['algorithms', { algorithms: [] }],
  ['algorithms', { algorithms: ['HS256'] }],
  ['algorithms', { algorithms: ['none'] }],
  ['required', { required: false }],
  ['orgin', { orgin: 'https://api.test' }],
])('refused at start for %s: %j', (option, changes) => {
  expect(faultsOf(changes)).toEqual([`dpop.${option}`]);
});

test('all faults come at once, and none shows a secret', () => {
  expect(faultsOf({ origin: '', replayStore: null, maxAgeSeconds: 'x', nonces: { secret: 'hush' } })).toEqual([
    'dpop.origin',
    'dpop.replayStore',
    'dpop.maxAgeSeconds',
    'dpop.nonces.secret',
  ]);
});
