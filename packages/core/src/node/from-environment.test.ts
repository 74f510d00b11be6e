import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { memorySink } from '../audit/memory-sink.ts';
import { createServiceAuth } from '../enforcement/create-service-auth.ts';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { fromEnvironment } from './from-environment.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-environment-'));
const notABundle = join(folder, 'bundle.pem');
writeFileSync(notABundle, 'no certificate here');
afterAll(() => rmSync(folder, { recursive: true }));

const good = {
  COUNTERSIGN_SERVICE: 'spiffe://prod.example/inventory',
  COUNTERSIGN_AUDIENCE: 'https://inventory.internal',
  COUNTERSIGN_ISSUER: 'https://issuer.internal',
  PATH: '/usr/bin',
};

function faultsOf(environment: Record<string, string | undefined>): readonly string[] {
  try {
    fromEnvironment(environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults.map(({ option, code }) => `${option} ${code}`);
  }
}

test('a service is made from the variables and an audit sink', async () => {
  const auth = createServiceAuth({ ...fromEnvironment(good), audit: memorySink() });
  expect(auth.service).toBe(good.COUNTERSIGN_SERVICE);
  await auth.close();
});

test.each([
  ['no service', { COUNTERSIGN_SERVICE: undefined }, ['COUNTERSIGN_SERVICE CONFIG_MISSING']],
  ['an empty audience', { COUNTERSIGN_AUDIENCE: '' }, ['COUNTERSIGN_AUDIENCE CONFIG_MISSING']],
  ['neither issuer nor bundle', { COUNTERSIGN_ISSUER: undefined }, ['COUNTERSIGN_ISSUER CONFIG_MISSING']],
  ['an issuer without https', { COUNTERSIGN_ISSUER: 'http://i' }, ['COUNTERSIGN_ISSUER.issuer CONFIG_INVALID']],
  ['a domain without bundle', { COUNTERSIGN_TRUST_DOMAIN: 'a.b' }, ['COUNTERSIGN_TRUST_BUNDLE_FILE CONFIG_MISSING']],
  [
    'a bundle without domain',
    { COUNTERSIGN_TRUST_BUNDLE_FILE: notABundle },
    ['COUNTERSIGN_TRUST_DOMAIN CONFIG_MISSING'],
  ],
  [
    'a bundle file that is not there',
    { COUNTERSIGN_TRUST_DOMAIN: 'a.b', COUNTERSIGN_TRUST_BUNDLE_FILE: join(folder, 'absent') },
    ['COUNTERSIGN_TRUST_BUNDLE_FILE CONFIG_INVALID'],
  ],
  [
    'a bundle file without certificates',
    { COUNTERSIGN_TRUST_DOMAIN: 'a.b', COUNTERSIGN_TRUST_BUNDLE_FILE: notABundle },
    ['COUNTERSIGN_TRUST_BUNDLE_FILE.pem CONFIG_MISSING'],
  ],
  ['a misspelt variable', { COUNTERSIGN_ISUER: 'x' }, ['COUNTERSIGN_ISUER CONFIG_UNKNOWN_OPTION']],
])('%s is named with its variable', (_name, change, expected) => {
  expect(faultsOf({ ...good, ...change })).toEqual(expected);
});

test('all faults come at once', () => {
  expect(faultsOf({ COUNTERSIGN_ISSUER: 'http://i' })).toHaveLength(3);
});
