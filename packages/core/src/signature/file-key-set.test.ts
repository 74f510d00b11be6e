/** Keys in a file, on a real file system, with a clock of our own. */
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import type { Outcome } from '../errors/outcome.ts';
import type { Notice } from '../runtime/notice.ts';
import { createFileKeySet } from './file-key-set.ts';
import type { KeySource } from './key-source.ts';
import { signingKey } from './signing-key.test-kit.ts';
import type { VerificationKey } from './verification-key.ts';

const one = signingKey('ES256', 'one').jwk;
const two = signingKey('ES256', 'two').jwk;
const document = (...keys: unknown[]): string => JSON.stringify({ keys });

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'countersign-keys-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

interface Watched {
  readonly source: KeySource;
  readonly notices: Notice[];
  readonly path: string;
  readonly clock: { at: number };
  /** Looks a key up, so many milliseconds after the last time. */
  readonly find: (keyId: string, after?: number) => Promise<Outcome<VerificationKey>>;
}

async function watched(text?: string, use?: string): Promise<Watched> {
  const path = join(directory, 'jwks.json');
  if (text !== undefined) await writeFile(path, text);
  const notices: Notice[] = [];
  const clock = { at: 0, now: () => 0, monotonic: () => clock.at };
  const notify = (notice: Notice): void => void notices.push(notice);
  const source = createFileKeySet({ issuer: 'https://issuer.test', path, use, runtime: { clock, notify } });
  const find = async (keyId: string, after = 0): Promise<Outcome<VerificationKey>> => {
    clock.at += after;
    return source.find({ keyId, algorithm: 'ES256' });
  };
  return { source, notices, path, clock, find };
}

const codes = (notices: readonly Notice[]): readonly string[] => notices.map(({ code }) => code);

test('keys are read when they are needed, and then answered at once', async () => {
  const { source, notices, find } = await watched(document(one));
  await source.ready?.();
  expect(await find('one')).toMatchObject({ ok: true, value: { keyId: 'one' } });
  expect(source.find({ keyId: 'one', algorithm: 'ES256' })).not.toBeInstanceOf(Promise);
  expect(source.find({ keyId: 'one', algorithm: 'ES384' })).toMatchObject({ reason: 'TOKEN_ALGORITHM_REFUSED' });
  expect(codes(notices)).toEqual(['KEYS_REFRESHED']);
});

test('a file that did not change is read again without a word', async () => {
  const { notices, find } = await watched(document(one));
  for (let turn = 0; turn < 5; turn += 1) expect((await find('one', 5_000)).ok).toBe(true);
  expect(codes(notices)).toEqual(['KEYS_REFRESHED']);
});

test('a key that is gone from the file stops working within five seconds', async () => {
  const { path, find } = await watched(document(one, two));
  expect((await find('one')).ok).toBe(true);
  await writeFile(path, document(two));
  expect((await find('one', 4_999)).ok).toBe(true);
  expect(await find('one', 1)).toMatchObject({ ok: false, reason: 'TOKEN_KEY_UNKNOWN' });
  expect((await find('two')).ok).toBe(true);
});

test('a new key works within a second, and a flood of unknown ids reads the file once a second', async () => {
  const { path, source, find } = await watched(document(one));
  expect((await find('one')).ok).toBe(true);
  await writeFile(path, document(one, two));
  expect(source.find({ keyId: 'two', algorithm: 'ES256' })).not.toBeInstanceOf(Promise);
  expect((await find('two', 1_000)).ok).toBe(true);
  expect((await find('three', 1_000)).ok).toBe(false);
  for (let index = 0; index < 100; index += 1) {
    expect(source.find({ keyId: `x${index}`, algorithm: 'ES256' })).not.toBeInstanceOf(Promise);
  }
});

test('the same key id may come to name another key, in a file of the same size and date', async () => {
  const { path, find } = await watched(document(one));
  const first = await find('one');
  await writeFile(path, document({ ...two, kid: 'one' }));
  const second = await find('one', 5_000);
  if (!first.ok || !second.ok) throw new Error('refused');
  expect(second.value.fingerprint).not.toBe(first.value.fingerprint);
});

test('a link that is swapped, as Kubernetes does it, is followed', async () => {
  const write = async (name: string, text: string): Promise<void> => {
    await mkdir(join(directory, name));
    await writeFile(join(directory, name, 'jwks.json'), text);
  };
  await write('v1', document(one));
  await write('v2', document(two));
  await symlink('v1', join(directory, '..data'));
  await symlink(join('..data', 'jwks.json'), join(directory, 'jwks.json'));
  const { find } = await watched();
  expect((await find('one')).ok).toBe(true);
  await symlink('v2', join(directory, '..data_tmp'));
  await rename(join(directory, '..data_tmp'), join(directory, '..data'));
  expect((await find('two', 5_000)).ok).toBe(true);
  expect((await find('one')).ok).toBe(false);
});

describe('a file that went wrong leaves the last good keys at work, with a notice', () => {
  it.each<[string, string]>([
    ['half a document', document(one).slice(0, -5)],
    ['no text', ''],
    ['a member twice', `{"keys":[],"keys":[]}`],
    ['no list of keys', '{"keys":{}}'],
    ['nothing but unusable keys', document({ kty: 'oct', k: 'c2VjcmV0' })],
    ['nothing but a private key', document(signingKey('ES256', 'one').privateKey.export({ format: 'jwk' }))],
    ['too many bytes', document(one) + ' '.repeat(1_000_000)],
    ['a PEM', '-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----\n'],
  ])('%s', async (_case, text) => {
    const { path, notices, find } = await watched(document(one));
    expect((await find('one')).ok).toBe(true);
    await writeFile(path, text);
    expect((await find('one', 5_000)).ok).toBe(true);
    expect(codes(notices)).toEqual(['KEYS_REFRESHED', 'KEYS_REFRESH_FAILED']);
    expect(JSON.stringify(notices)).not.toMatch(/c2VjcmV0|BEGIN/);
    await writeFile(path, document(two));
    expect((await find('two', 5_000)).ok).toBe(true);
    expect((await find('one')).ok).toBe(false);
  });

  it('gone', async () => {
    const { path, notices, find } = await watched(document(one));
    expect((await find('one')).ok).toBe(true);
    await unlink(path);
    expect((await find('one', 5_000)).ok).toBe(true);
    expect(notices[1]).toMatchObject({
      code: 'KEYS_REFRESH_FAILED',
      facts: { problem: expect.stringContaining('ENOENT') },
    });
  });
});

test('an empty list withdraws every key', async () => {
  const { path, find } = await watched(document(one));
  expect((await find('one')).ok).toBe(true);
  await writeFile(path, document());
  expect(await find('one', 5_000)).toMatchObject({ ok: false, reason: 'TOKEN_KEY_UNKNOWN' });
});

test('a key that may not verify is left out, with a notice, and the others work', async () => {
  const { notices, find } = await watched(document({ kty: 'oct', k: 'c2VjcmV0', kid: 'x' }, one));
  expect((await find('one')).ok).toBe(true);
  expect((await find('x', 0)).ok).toBe(false);
  expect(notices[0]).toMatchObject({ code: 'KEY_REFUSED', facts: { index: 0, problem: 'is symmetric' } });
});

test('of a trust bundle, only the keys with the wanted use are read, and those need a kid', async () => {
  const use = 'jwt-svid';
  const { kid: _kid, ...nameless } = two;
  const { notices, find } = await watched(
    document(
      { ...one, use },
      { ...two, use: 'wit-svid' },
      { kty: 'EC', use: 'x509-svid', x5c: [] },
      { ...nameless, use },
    ),
    use,
  );
  expect((await find('one')).ok).toBe(true);
  expect((await find('two')).ok).toBe(false);
  expect(notices).toMatchObject([
    { code: 'KEY_REFUSED', facts: { index: 3, problem: 'has no kid' } },
    { code: 'KEYS_REFRESHED', facts: { keys: 1 } },
  ]);
});

describe('without a good file', () => {
  it('requests are our trouble, and ready() says why', async () => {
    const { source, find } = await watched();
    expect(await find('one')).toMatchObject({ ok: false, reason: 'ISSUER_KEYS_UNAVAILABLE' });
    await expect(source.ready?.()).rejects.toThrow('the file cannot be read (ENOENT)');
  });

  it('a directory or another thing that is no file does not hang', async () => {
    await mkdir(join(directory, 'jwks.json'));
    const { find, source } = await watched();
    expect(await find('one')).toMatchObject({ reason: 'ISSUER_KEYS_UNAVAILABLE' });
    await expect(source.ready?.()).rejects.toThrow('the file is not a plain file');
  });

  it('the file is tried again, and works once it is there', async () => {
    const { path, find } = await watched();
    expect((await find('one')).ok).toBe(false);
    await writeFile(path, document(one));
    expect((await find('one', 5_000)).ok).toBe(true);
  });
});

test('once closed nothing is read any more, and keys in hand still serve', async () => {
  const { path, source, find } = await watched(document(one));
  expect((await find('one')).ok).toBe(true);
  await source.close?.();
  await writeFile(path, document(two));
  expect((await find('one', 60_000)).ok).toBe(true);
  expect((await find('two')).ok).toBe(false);
});
