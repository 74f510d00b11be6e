/** Keys and certificates in files, on a real file system, with a clock of our own. */
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { hour, keysOf, root, svid, type Issued } from '../certificate/certificate.test-kit.ts';
import { ConfigurationError } from '../errors/configuration-error.ts';
import type { Notice } from '../runtime/notice.ts';
import { until } from './guarded-server.test-kit.ts';
import { identityFiles, type IdentityFilesOptions } from './identity-files.ts';
import { readAgainMilliseconds } from './repeated-reading.ts';

const start = Date.parse('2026-11-24T12:00:00Z');
const authority = root();
const valid = { notBefore: start, notAfter: start + 10 * hour } as const;
const one = svid(authority, valid);
const two = svid(authority, { ...valid, keys: keysOf('two'), notAfter: start + 20 * hour });

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'countersign-identity-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const keyPath = (): string => join(directory, 'key.pem');
const certificatePath = (): string => join(directory, 'cert.pem');

async function put({ keyPem, pem }: Pick<Issued, 'keyPem' | 'pem'>, folder = directory): Promise<void> {
  await writeFile(join(folder, 'key.pem'), keyPem);
  await writeFile(join(folder, 'cert.pem'), pem);
}

function source() {
  const notices: (Notice['facts'] & { code: string })[] = [];
  const clock = { at: start + hour, now: () => clock.at, monotonic: () => clock.at };
  const note = (fields: object): void => void notices.push(fields as (typeof notices)[number]);
  const identity = identityFiles({
    key: keyPath(),
    certificate: certificatePath(),
    clock,
    logger: { info: note, warn: note, error: note },
  });
  onTestFinished(() => identity.close());
  let changes = 0;
  identity.watch(() => {
    changes += 1;
  });
  return { identity, notices, clock, changes: () => changes, codes: () => notices.map(({ code }) => code) };
}

test('a pair is read, and then answered at once', async () => {
  await put(one);
  const { identity, codes, changes } = source();
  expect(identity.find()).toBeUndefined();
  await identity.ready();
  expect(identity.find()).toMatchObject({ certificate: one.pem, notAfter: valid.notAfter });
  expect(identity.find()).toBe(identity.find());
  await identity.ready();
  expect(codes()).toEqual(['IDENTITY_CHANGED']);
  expect(changes()).toBe(1);
});

test('a renewed pair counts as soon as it is read again', async () => {
  await put(one);
  const { identity, codes, changes } = source();
  await identity.ready();
  const before = identity.find();
  await put(two);
  await identity.ready();
  expect(identity.find()).not.toBe(before);
  expect(identity.find()?.certificate).toBe(two.pem);
  expect(before?.certificate).toBe(one.pem);
  expect(codes()).toEqual(['IDENTITY_CHANGED', 'IDENTITY_CHANGED']);
  expect(changes()).toBe(2);
});

test('the files are read again by themselves, until the source is closed', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  await put(one);
  const { identity, changes } = source();
  await identity.ready();
  await put(two);
  vi.advanceTimersByTime(readAgainMilliseconds);
  await until(() => changes() === 2);
  await identity.close();
  await put(one);
  vi.advanceTimersByTime(10 * readAgainMilliseconds);
  await identity.ready();
  expect(identity.find()?.certificate).toBe(two.pem);
});

describe('a swapped link gives one version', () => {
  /** What Kubernetes does with a mounted secret. */
  async function mounted(): Promise<(version: string, pair: Issued) => Promise<void>> {
    await symlink(join('..data', 'key.pem'), keyPath());
    await symlink(join('..data', 'cert.pem'), certificatePath());
    let last: string | undefined;
    return async (version, pair) => {
      const folder = join(directory, version);
      await mkdir(folder);
      await put(pair, folder);
      await symlink(version, join(directory, '..data_tmp'));
      await rename(join(directory, '..data_tmp'), join(directory, '..data'));
      if (last !== undefined) await rm(last, { recursive: true });
      last = folder;
    };
  }

  test('once', async () => {
    const swap = await mounted();
    await swap('..one', one);
    const { identity } = source();
    await identity.ready();
    await swap('..two', two);
    await identity.ready();
    expect(identity.find()?.certificate).toBe(two.pem);
  });

  test('while it is read all the time', async () => {
    const swap = await mounted();
    await swap('..start', one);
    const { identity, notices } = source();
    await identity.ready();
    let swapping = true;
    const seen = new Set<string | undefined>();
    const reading = (async () => {
      while (swapping) {
        await identity.ready();
        seen.add(identity.find()?.certificate);
      }
    })();
    for (let round = 0; round < 60; round += 1) await swap(`..${round}`, round % 2 === 0 ? two : one);
    swapping = false;
    await reading;
    await identity.ready();
    expect(identity.find()?.certificate).toBe(one.pem);
    expect([...seen].every((certificate) => certificate === one.pem || certificate === two.pem)).toBe(true);
    // A pair that does not fit was never read: what failed, if anything, was a file that was gone already.
    expect(notices.filter(({ problem }) => String(problem).includes('belong'))).toEqual([]);
  });
});

describe('the last good pair stays', () => {
  const publicPem = String(one.keys.publicKey.export({ type: 'spki', format: 'pem' }));
  test.each<readonly [string, () => Promise<void>, string]>([
    ['the key is gone', () => unlink(keyPath()), 'the key file cannot be read (ENOENT)'],
    ['the certificate is gone', () => unlink(certificatePath()), 'the certificate file cannot be read (ENOENT)'],
    [
      'the key is of another pair',
      () => writeFile(keyPath(), two.keyPem),
      'the certificate does not belong to the key',
    ],
    ['the certificate is of another pair', () => writeFile(certificatePath(), two.pem), 'does not belong to the key'],
    ['the key is public', () => writeFile(keyPath(), publicPem), 'the key cannot be read as a private key'],
    ['the certificate is cut off', () => writeFile(certificatePath(), one.pem.slice(0, 200)), 'cannot be read'],
    ['a file is empty', () => writeFile(certificatePath(), ''), 'the certificate cannot be read'],
    ['a file is huge', () => writeFile(certificatePath(), one.pem + '\n'.repeat(1_000_000)), 'is larger than'],
    ['the new one has expired', () => put(svid(authority, { notBefore: 0, notAfter: start })), 'has expired'],
    [
      'the new one is not valid yet',
      () => put(svid(authority, { notBefore: start + 2 * hour, notAfter: start + 9 * hour })),
      'is not valid yet',
    ],
  ])('when %s, with one notice', async (_title, spoil, problem) => {
    await put(one);
    const { identity, notices, codes, changes } = source();
    await identity.ready();
    await spoil();
    await identity.ready();
    await identity.ready();
    expect(identity.find()?.certificate).toBe(one.pem);
    expect(codes()).toEqual(['IDENTITY_CHANGED', 'IDENTITY_RELOAD_FAILED']);
    expect(notices[1]?.['problem']).toContain(problem);
    expect(JSON.stringify(notices)).not.toContain('PRIVATE');
    await put(two);
    await identity.ready();
    expect(identity.find()?.certificate).toBe(two.pem);
    expect(changes()).toBe(2);
  });
});

test('a pair that becomes valid counts then, although its files did not change', async () => {
  await put(svid(authority, { notBefore: start + 2 * hour, notAfter: start + 9 * hour }));
  const { identity, clock } = source();
  await expect(identity.ready()).rejects.toThrow('There is no identity: the certificate is not valid yet.');
  clock.at = start + 2 * hour;
  await identity.ready();
  expect(identity.find()).toBeDefined();
});

test('the end of an identity is told of, and an expired one is not shown', async () => {
  await put(one);
  const { identity, clock, codes, changes } = source();
  await identity.ready();
  clock.at = start + 8 * hour;
  await identity.ready();
  expect(codes()).toEqual(['IDENTITY_CHANGED']);
  clock.at += 1;
  await identity.ready();
  await identity.ready();
  expect(codes()).toEqual(['IDENTITY_CHANGED', 'IDENTITY_EXPIRING']);
  clock.at = valid.notAfter;
  expect(identity.find()).toBeDefined();
  clock.at += 1;
  expect(identity.find()).toBeUndefined();
  await expect(identity.ready()).rejects.toThrow('There is no identity: the certificate has expired.');
  await expect(identity.ready()).rejects.toThrow('has expired');
  expect(codes()).toEqual(['IDENTITY_CHANGED', 'IDENTITY_EXPIRING', 'IDENTITY_EXPIRED']);
  expect(changes()).toBe(2);
  await put(two);
  await identity.ready();
  expect(identity.find()?.certificate).toBe(two.pem);
});

test('without files nothing is ready, and the error says which', async () => {
  const { identity } = source();
  await expect(identity.ready()).rejects.toThrow('There is no identity: the key file cannot be read (ENOENT).');
});

test.each([
  ['nothing', undefined, ['CONFIG_MISSING key', 'CONFIG_MISSING certificate']],
  ['a key alone', { key: 'key.pem' }, ['CONFIG_MISSING certificate']],
  ['an empty path', { key: '', certificate: 'cert.pem' }, ['CONFIG_MISSING key']],
  ['a misspelt option', { key: 'a', certificate: 'b', cert: 'c' }, ['CONFIG_UNKNOWN_OPTION cert']],
])('no source is made of %s', (_title, options, expected) => {
  let faults: readonly string[] = [];
  try {
    identityFiles(options as IdentityFilesOptions);
  } catch (error) {
    faults = (error as ConfigurationError).faults.map(({ code, option }) => `${code} ${option}`);
  }
  expect(faults).toEqual(expected);
});
