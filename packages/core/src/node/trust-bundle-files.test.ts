/** Trust bundles in files, on a real file system. */
import { mkdtemp, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { root, svid, type Issued } from '../certificate/certificate.test-kit.ts';
import { listDer } from '../certificate/revocation-list.test-kit.ts';
import { ConfigurationError } from '../errors/configuration-error.ts';
import type { Notice } from '../runtime/notice.ts';
import { until } from './guarded-server.test-kit.ts';
import { readAgainMilliseconds } from './repeated-reading.ts';
import { trustBundleFiles, type TrustBundleFile, type TrustBundleFilesOptions } from './trust-bundle-files.ts';

const one = root({ name: 'one' });
const two = root({ name: 'two' });
const partner = root({ name: 'partner' });

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'countersign-bundles-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const path = (name: string): string => join(directory, name);

function source(...domains: readonly (string | TrustBundleFile)[]) {
  const notices: (Notice['facts'] & { code: string })[] = [];
  const note = (fields: object): void => void notices.push(fields as (typeof notices)[number]);
  const bundles = domains.map((one) => (typeof one === 'string' ? { trustDomain: one, pem: path(one) } : one));
  const set = trustBundleFiles({
    bundles: bundles as unknown as TrustBundleFilesOptions['bundles'],
    logger: { info: note, warn: note, error: note },
  });
  onTestFinished(() => set.close());
  let changes = 0;
  set.watch(() => {
    changes += 1;
  });
  return { set, notices, changes: () => changes, codes: () => notices.map(({ code }) => code) };
}

const authorities = (set: ReturnType<typeof trustBundleFiles>, domain: string): readonly string[] =>
  (set.find(domain)?.authorities ?? []).map(({ fingerprint256 }) => fingerprint256);

test('bundles are read, each for its own trust domain', async () => {
  await writeFile(path('prod.test'), one.pem);
  await writeFile(path('partner.test'), partner.pem);
  const { set, codes, changes } = source('prod.test', 'partner.test');
  expect(set.list()).toEqual([]);
  await set.ready();
  expect(set.list().map(({ trustDomain }) => trustDomain)).toEqual(['prod.test', 'partner.test']);
  expect(authorities(set, 'prod.test')).toEqual([one.certificate.fingerprint256]);
  expect(set.find('other.test')).toBeUndefined();
  const before = set.list();
  await set.ready();
  expect(set.list()).toBe(before);
  expect(codes()).toEqual(['TRUST_BUNDLE_CHANGED', 'TRUST_BUNDLE_CHANGED']);
  expect(changes()).toBe(1);
});

test('a CA that comes is trusted, and one that goes is not any more', async () => {
  await writeFile(path('prod.test'), one.pem);
  const { set, changes } = source('prod.test');
  await set.ready();
  const first = set.find('prod.test');
  await writeFile(path('prod.test'), one.pem + two.pem);
  await set.ready();
  expect(set.find('prod.test')).not.toBe(first);
  expect(authorities(set, 'prod.test')).toHaveLength(2);
  await writeFile(path('next'), two.pem);
  await rename(path('next'), path('prod.test'));
  await set.ready();
  expect(authorities(set, 'prod.test')).toEqual([two.certificate.fingerprint256]);
  expect(changes()).toBe(3);
});

describe('revocation lists', () => {
  const listing = (...revoked: readonly Issued[]): string => {
    const body = listDer({ issuer: one, revoked }).toString('base64');
    return `-----BEGIN X509 CRL-----\n${body}\n-----END X509 CRL-----\n`;
  };
  const withLists = (): ReturnType<typeof source> =>
    source({ trustDomain: 'prod.test', pem: path('ca'), crl: path('crl') });

  test('are read with their bundle, and a new one counts', async () => {
    await writeFile(path('ca'), one.pem);
    await writeFile(path('crl'), listing());
    const { set, changes } = withLists();
    await set.ready();
    const first = set.find('prod.test');
    expect(first?.revocationLists).toHaveLength(1);
    await writeFile(path('crl'), listing(svid(one)));
    await set.ready();
    expect(set.find('prod.test')).not.toBe(first);
    expect(changes()).toBe(2);
  });

  test.each<readonly [string, () => Promise<void>, string]>([
    ['are gone', () => unlink(path('crl')), 'the crl file cannot be read (ENOENT)'],
    ['are empty', () => writeFile(path('crl'), ''), 'the crl holds no revocation list'],
    ['are cut off', () => writeFile(path('crl'), listing().slice(0, 100)), 'the crl holds a'],
    ['are a certificate', () => writeFile(path('crl'), one.pem), 'the crl holds a CERTIFICATE'],
  ])('that %s leave the last good bundle, with one notice', async (_title, spoil, problem) => {
    await writeFile(path('ca'), one.pem);
    await writeFile(path('crl'), listing());
    const { set, notices } = withLists();
    await set.ready();
    const good = set.find('prod.test');
    await spoil();
    await set.ready();
    expect(set.find('prod.test')).toBe(good);
    expect(notices[1]?.['problem']).toContain(problem);
  });

  test('that are named must be there before anything is ready', async () => {
    await writeFile(path('ca'), one.pem);
    const { set } = withLists();
    await expect(set.ready()).rejects.toThrow('the crl file cannot be read (ENOENT)');
    expect(set.list()).toEqual([]);
  });
});

test('a bundle that did not change stays the same object when another does', async () => {
  await writeFile(path('prod.test'), one.pem);
  await writeFile(path('partner.test'), partner.pem);
  const { set } = source('prod.test', 'partner.test');
  await set.ready();
  const same = set.find('partner.test');
  await writeFile(path('prod.test'), two.pem);
  await set.ready();
  expect(set.find('partner.test')).toBe(same);
});

test('the files are read again by themselves', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  await writeFile(path('prod.test'), one.pem);
  const { set, changes } = source('prod.test');
  await set.ready();
  await writeFile(path('prod.test'), two.pem);
  vi.advanceTimersByTime(readAgainMilliseconds);
  await until(() => changes() === 2);
  expect(authorities(set, 'prod.test')).toEqual([two.certificate.fingerprint256]);
});

describe('the last good bundle stays', () => {
  test.each<readonly [string, () => Promise<void>, string]>([
    ['the file is gone', () => unlink(path('prod.test')), 'the bundle file cannot be read (ENOENT)'],
    ['it is empty', () => writeFile(path('prod.test'), ''), 'the pem holds no certificate'],
    ['it is cut off', () => writeFile(path('prod.test'), two.pem.slice(0, 200)), 'cannot be read'],
    ['one of two is cut off', () => writeFile(path('prod.test'), two.pem + one.pem.slice(0, 200)), 'cannot be read'],
    ['it holds a leaf', () => writeFile(path('prod.test'), svid(two).pem), 'holds a certificate that is no CA'],
    ['it holds a key', () => writeFile(path('prod.test'), two.pem + two.keyPem), 'holds a PRIVATE KEY'],
  ])('when %s, with one notice', async (_title, spoil, problem) => {
    await writeFile(path('prod.test'), one.pem);
    const { set, codes, notices, changes } = source('prod.test');
    await set.ready();
    await spoil();
    await set.ready();
    await set.ready();
    expect(authorities(set, 'prod.test')).toEqual([one.certificate.fingerprint256]);
    expect(codes()).toEqual(['TRUST_BUNDLE_CHANGED', 'TRUST_BUNDLE_RELOAD_FAILED']);
    expect(notices[1]).toMatchObject({ trustDomain: 'prod.test', problem: expect.stringContaining(problem) as string });
    await writeFile(path('prod.test'), two.pem);
    await set.ready();
    expect(changes()).toBe(2);
  });
});

test('nothing is ready while a bundle is missing, and the error says which', async () => {
  await writeFile(path('prod.test'), one.pem);
  const { set } = source('prod.test', 'partner.test');
  const message = 'These trust bundles cannot be had: partner.test (the bundle file cannot be read (ENOENT)).';
  await expect(set.ready()).rejects.toThrow(message);
  expect(set.find('prod.test')).toBeDefined();
});

test.each([
  ['nothing', undefined, ['CONFIG_MISSING bundles']],
  ['an empty list', { bundles: [] }, ['CONFIG_MISSING bundles']],
  [
    'an empty path of lists',
    { bundles: [{ trustDomain: 'prod.test', pem: 'a', crl: '' }] },
    ['CONFIG_MISSING bundles[0].crl'],
  ],
  ['no path', { bundles: [{ trustDomain: 'prod.test' }] }, ['CONFIG_MISSING bundles[0].pem']],
  ['no trust domain', { bundles: [{ pem: 'a' }] }, ['CONFIG_INVALID bundles[0].trustDomain']],
  [
    'two of one domain',
    {
      bundles: [
        { trustDomain: 'prod.test', pem: 'a' },
        { trustDomain: 'prod.test', pem: 'b' },
      ],
    },
    ['CONFIG_CONFLICT bundles[1].trustDomain'],
  ],
  [
    'a misspelt option',
    { bundles: [{ trustDomain: 'prod.test', pem: 'a', crls: 'b' }], clok: 1 },
    ['CONFIG_UNKNOWN_OPTION clok', 'CONFIG_UNKNOWN_OPTION bundles[0].crls'],
  ],
])('no set is made of %s', (_title, options, expected) => {
  let faults: readonly string[] = [];
  try {
    trustBundleFiles(options as unknown as TrustBundleFilesOptions);
  } catch (error) {
    faults = (error as ConfigurationError).faults.map(({ code, option }) => `${code} ${option}`);
  }
  expect(faults).toEqual(expected);
});
