/** Signing keys in a directory, on a real file system. */
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { day, privateKeyOf, rememberingLogger, standingClock, start } from '../signature/key-ring.test-kit.ts';
import { createSigningKeyRing } from '../signature/signing-key-ring.ts';
import { until } from './guarded-server.test-kit.ts';
import { readAgainMilliseconds } from './repeated-reading.ts';
import { signingKeyFiles, type SigningKeyFilesOptions } from './signing-key-files.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'countersign-keys-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

function jwk(kid: string, changed: object = {}): string {
  const key = privateKeyOf(kid).export({ format: 'jwk' });
  return JSON.stringify({ ...key, kid, alg: 'ES256', iat: start, exp: start + day, ...changed });
}

async function put(files: Readonly<Record<string, string>>, folder = directory): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

function source() {
  const logger = rememberingLogger();
  const keys = signingKeyFiles({ directory, logger });
  onTestFinished(() => keys.close());
  return { keys, told: logger.told, ids: () => keys.list().map(({ key }) => key.keyId) };
}

test('all keys of the directory are read, and the list stays the same until they change', async () => {
  await put({ 'b.json': jwk('k2'), 'a.json': jwk('k1'), 'notes.txt': 'x', '.hidden.json': 'x' });
  const { keys, ids, told } = source();
  expect(ids()).toEqual([]);
  await keys.ready();
  expect(ids()).toEqual(['k1', 'k2']);
  const before = keys.list();
  await keys.ready();
  expect(keys.list()).toBe(before);
  await put({ 'c.json': jwk('k3') });
  await keys.ready();
  expect(ids()).toEqual(['k1', 'k2', 'k3']);
  expect(told).toEqual([]);
});

test('the directory is read again by itself, until the source is closed', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  await put({ 'a.json': jwk('k1') });
  const { keys, ids } = source();
  await keys.ready();
  await put({ 'a.json': jwk('k2') });
  vi.advanceTimersByTime(readAgainMilliseconds);
  await until(() => ids()[0] === 'k2');
  await keys.close();
  await put({ 'a.json': jwk('k3') });
  vi.advanceTimersByTime(10 * readAgainMilliseconds);
  await keys.ready();
  expect(ids()).toEqual(['k2']);
});

test('a folder that is swapped behind a link counts as a whole, as Kubernetes does it', async () => {
  const folder = async (name: string, files: Readonly<Record<string, string>>): Promise<void> => {
    await mkdir(join(directory, name));
    await put(files, join(directory, name));
  };
  await folder('..one', { 'a.json': jwk('k1'), 'b.json': jwk('k2') });
  await folder('..two', {
    'a.json': jwk('k1', { revoked: { revoked_at: start, reason: 'compromised' } }),
    'b.json': jwk('k2', { iat: start + 1 }),
  });
  await symlink('..one', join(directory, '..data'));
  for (const name of ['a.json', 'b.json']) await symlink(`..data/${name}`, join(directory, name));
  const { keys } = source();
  await keys.ready();
  expect(keys.list().map(({ from }) => from - start)).toEqual([0, 0]);
  await symlink('..two', join(directory, '..new'));
  await rename(join(directory, '..new'), join(directory, '..data'));
  await keys.ready();
  expect(keys.list()).toMatchObject([{ revoked: { cause: 'compromised' } }, { from: start + 1 }]);
});

test('a ring signs with a key from the directory, and with the next one as soon as it is written', async () => {
  await put({ 'a.json': jwk('k1') });
  const clock = standingClock(10);
  const ring = createSigningKeyRing({ keys: source().keys, clock });
  onTestFinished(() => ring.close());
  expect(ring.find()).toBeUndefined();
  await ring.ready();
  expect(ring.find()?.keyId).toBe('k1');
  await put({
    'a.json': jwk('k1', { revoked: { revoked_at: start + 9, reason: 'compromised' } }),
    'b.json': jwk('k2', { iat: start + 10 }),
  });
  await ring.ready();
  expect(ring.find()?.keyId).toBe('k2');
  expect(ring.jwks().keys.map(({ kid }) => kid)).toEqual(['k2']);
});

describe('the last good keys stay, and the operator is told once', () => {
  test.each<[string, () => Promise<unknown>, string]>([
    ['a file is no key', () => put({ 'b.json': '{}' }), 'the file b.json cannot be read as a key'],
    ['a file is half written', () => put({ 'a.json': jwk('k1').slice(0, 40) }), 'the file a.json is not JSON'],
    ['a kid stands twice', () => put({ 'b.json': jwk('k1') }), 'the file b.json has the kid of another file'],
    [
      'a key stands twice',
      () => put({ 'b.json': jwk('k1', { kid: 'other' }) }),
      'the file b.json has the key of another file',
    ],
    ['the directory is empty', () => unlink(join(directory, 'a.json')), 'the directory has no .json file'],
    ['a file is too large', () => put({ 'a.json': ' '.repeat(16_385) }), 'the a.json file is larger than 16384 bytes'],
    [
      'a link leads nowhere',
      () => symlink('gone', join(directory, 'b.json')),
      'the b.json file cannot be read (ENOENT)',
    ],
    ['a file is a folder', () => mkdir(join(directory, 'b.json')), 'the b.json file is not a plain file'],
  ])('when %s', async (_case, spoil, problem) => {
    await put({ 'a.json': jwk('k1') });
    const { keys, told, ids } = source();
    await keys.ready();
    await spoil();
    await keys.ready();
    await keys.ready();
    expect(ids()).toEqual(['k1']);
    expect(told).toEqual([{ code: 'SIGNING_KEYS_RELOAD_FAILED', level: 'error', directory, problem }]);
  });
});

test('without any good key it is not ready, and nothing of a key is told', async () => {
  const { d = '' } = privateKeyOf('k1').export({ format: 'jwk' });
  await put({ 'a.json': jwk('k1', { alg: 'ES384' }) });
  const { keys, told } = source();
  const problem = 'the file a.json its key does not fit ES384';
  await expect(keys.ready()).rejects.toThrow(`There are no signing keys: ${problem}.`);
  expect(JSON.stringify(told)).not.toContain(d);
});

test.each<[string, object]>([
  ['no directory', {}],
  ['an empty path', { directory: '' }],
  ['a path that is none', { directory: 7 }],
  ['an option that is none', { directory: '/x', folder: '/x' }],
])('the options are refused with %s', (_case, options) => {
  expect(() => signingKeyFiles(options as SigningKeyFilesOptions)).toThrow(ConfigurationError);
});
