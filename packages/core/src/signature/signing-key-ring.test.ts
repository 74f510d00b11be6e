/** A key ring through its time: who signs, what is published, what stays known, and what the operator is told. */
import { createPublicKey } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.ts';
import {
  at,
  day,
  hour,
  keyBetween,
  privateKeyOf,
  rememberingLogger,
  standingClock,
  start,
} from './key-ring.test-kit.ts';
import { ringKey, type RingKey } from './ring-key.ts';
import { createSigningKeyRing, type SigningKeyRing, type SigningKeyRingOptions } from './signing-key-ring.ts';

type Keys = SigningKeyRingOptions['keys'];

interface TestRing {
  readonly ring: SigningKeyRing;
  readonly clock: ReturnType<typeof standingClock>;
  readonly codes: () => readonly unknown[];
  readonly told: readonly object[];
}

function ringOf(keys: Keys, options: Partial<SigningKeyRingOptions> = {}): TestRing {
  const clock = standingClock();
  const logger = rememberingLogger();
  const ring = createSigningKeyRing({ keys, clock, logger, ...options });
  onTestFinished(() => ring.close());
  return { ring, clock, told: logger.told, codes: () => logger.told.map(({ code }) => code) };
}

function stateOf({ ring }: TestRing): string {
  const published = ring.jwks().keys.map(({ kid }) => kid);
  return `${ring.find()?.keyId ?? 'nobody'} of ${published.join(' ')}`;
}

const first = keyBetween('k1', 0, 31 * day);
const second = keyBetween('k2', 30 * day, 61 * day);
const monthly: Keys = [first, second];

describe('the ring', () => {
  it.each([
    ['in the time of the first key, the next one is published', 0, 'k1 of k1 k2'],
    ['just before the next one signs', 30 * day - 1, 'k1 of k1 k2'],
    ['when the next one takes over', 30 * day, 'k2 of k1 k2'],
    ['when the first one retires', 31 * day, 'k2 of k1 k2'],
    ['as long as what the first one signed may live', 31 * day + 599, 'k2 of k1 k2'],
    ['after that', 31 * day + 600, 'k2 of k2'],
    ['when the last one has ended', 61 * day, 'nobody of k2'],
    ['when nothing it signed lives any more', 61 * day + 600, 'nobody of '],
    ['before the first one signs', -1, 'nobody of k1 k2'],
  ])('%s', (_case, seconds, expected) => {
    const test = ringOf(monthly);
    test.clock.set(seconds);
    expect(stateOf(test)).toBe(expected);
  });

  it('follows the clock, also when that goes back', () => {
    const test = ringOf(monthly);
    for (const [seconds, expected] of [
      [0, 'k1 of k1 k2'],
      [40 * day, 'k2 of k2'],
      [-1, 'nobody of k1 k2'],
      [day, 'k1 of k1 k2'],
    ] as const) {
      test.clock.set(seconds);
      expect(stateOf(test)).toBe(expected);
    }
  });

  it('publishes as long after the end as it is told', () => {
    const test = ringOf(monthly, { publishAfterSeconds: 60 });
    test.clock.set(31 * day + 59);
    expect(stateOf(test)).toBe('k2 of k1 k2');
    test.clock.set(31 * day + 60);
    expect(stateOf(test)).toBe('k2 of k2');
  });

  it('is the same on every replica, in whatever order the keys are written', () => {
    const same: Keys = [keyBetween('a', 0, day), keyBetween('b', 0, day), keyBetween('c', -1, day)];
    const [a, b, c] = same;
    for (const keys of [same, [b, c, a], [c, a, b]]) expect(ringOf(keys as Keys).ring.find()?.keyId).toBe('b');
  });

  it('answers the same documents as long as nothing changes', () => {
    const { ring, clock } = ringOf(monthly);
    const before = [ring.jwks(), ring.historicalKeys(), ring.find()];
    clock.set(hour);
    expect([ring.jwks(), ring.historicalKeys(), ring.find()]).toEqual(before);
    expect(ring.jwks()).toBe(before[0]);
    clock.set(32 * day);
    expect(ring.jwks()).not.toBe(before[0]);
  });

  it('does not sign with the public half of a key, and publishes it', () => {
    const test = ringOf([first, { ...second, key: createPublicKey(privateKeyOf('k2')) }]);
    test.clock.set(30 * day);
    expect(stateOf(test)).toBe('k1 of k1 k2');
  });

  it('keeps every key in the history, with its dates', () => {
    const { ring, clock } = ringOf(monthly);
    clock.set(365 * day);
    expect(ring.jwks().keys).toEqual([]);
    expect(ring.historicalKeys().keys.map(({ kid, exp }) => [kid, exp - start])).toEqual([
      ['k1', 31 * day],
      ['k2', 61 * day],
    ]);
    const found = ring.history.find({ keyId: 'k1', algorithm: 'ES256', signedAt: start + day });
    expect(found).toMatchObject({ ok: true });
  });
});

describe('a revoked key', () => {
  const revoked = { revokedAt: at(hour), cause: 'compromised' } as const;

  it('neither signs nor is published, from the change on, and the history knows why', () => {
    const before = [ringKey(keyBetween('k1', 0, 2 * day)), ringKey(keyBetween('k2', day, 3 * day))];
    let keys: readonly RingKey[] = before;
    const { ring } = ringOf({ list: () => keys });
    expect(ring.find()?.keyId).toBe('k1');
    keys = [ringKey({ ...keyBetween('k1', 0, 2 * day), revoked }), ringKey(keyBetween('k2', 0, 3 * day))];
    expect(ring.find()?.keyId).toBe('k2');
    expect(ring.jwks().keys.map(({ kid }) => kid)).toEqual(['k2']);
    expect(ring.historicalKeys().keys[0]).toMatchObject({ kid: 'k1', revoked: { reason: 'compromised' } });
    const found = ring.history.find({ keyId: 'k1', algorithm: 'ES256', signedAt: start + 1 });
    expect(found).toMatchObject({ ok: false, reason: 'KEY_REVOKED' });
  });

  it('leaves the key before it to sign, when that has not ended', () => {
    const { ring } = ringOf([keyBetween('old', -day, day), { ...keyBetween('new', 0, day), revoked }]);
    expect(ring.find()?.keyId).toBe('old');
  });

  it('leaves nobody, when there is no other', async () => {
    const { ring, codes } = ringOf([{ ...keyBetween('k1', 0, day), revoked }]);
    expect(ring.find()).toBeUndefined();
    expect(codes()).toEqual(['SIGNING_KEY_MISSING']);
    await expect(ring.ready()).rejects.toThrow('No key of the ring signs now');
  });
});

describe('the operator is told', () => {
  it('once, that a key begins to sign', () => {
    const { ring, clock, told } = ringOf(monthly);
    ring.find();
    ring.find();
    clock.set(30 * day);
    ring.find();
    expect(told).toMatchObject([
      {
        code: 'SIGNING_KEY_CHANGED',
        level: 'info',
        keyId: 'k1',
        retireAt: new Date((start + 31 * day) * 1000).toISOString(),
      },
      { code: 'SIGNING_KEY_CHANGED', level: 'info', keyId: 'k2' },
    ]);
  });

  it('once, in time, that no key follows the last one; and once, that none signs', () => {
    const { ring, clock, told, codes } = ringOf([keyBetween('k1', 0, 10 * day)]);
    for (const seconds of [0, 8 * day, 8 * day + 1, 9 * day, 10 * day, 11 * day]) {
      clock.set(seconds);
      ring.find();
      ring.jwks();
    }
    expect(codes()).toEqual(['SIGNING_KEY_CHANGED', 'SIGNING_KEY_ENDING', 'SIGNING_KEY_MISSING']);
    expect(told[1]).toMatchObject({ level: 'warn', keyId: 'k1' });
    expect(told[2]).toMatchObject({ level: 'error' });
  });

  it('of a gap between two keys as of an end', () => {
    const { ring, clock, codes } = ringOf([keyBetween('k1', 0, day), keyBetween('k2', day + 1, 9 * day)]);
    clock.set(day - hour);
    ring.find();
    expect(codes()).toContain('SIGNING_KEY_ENDING');
  });

  it('of nothing, when the next key goes on', () => {
    const { ring, clock, codes } = ringOf([keyBetween('k1', 0, day), keyBetween('k2', day, 9 * day)]);
    clock.set(day - hour);
    ring.find();
    expect(codes()).toEqual(['SIGNING_KEY_CHANGED']);
  });

  it.each([
    ['too late to be known', hour - 1, ['SIGNING_KEYS_CHANGED', 'SIGNING_KEY_LATE']],
    ['in time', hour, ['SIGNING_KEYS_CHANGED']],
  ])('that a new key came %s', (_case, seconds, expected) => {
    const first = ringKey(keyBetween('k1', 0, 30 * day));
    let keys: readonly RingKey[] = [first];
    const { ring, codes } = ringOf({ list: () => keys });
    ring.find();
    keys = [first, ringKey(keyBetween('k2', seconds, 60 * day))];
    ring.find();
    expect(codes().slice(1)).toEqual(expected);
  });
});

describe('a source that fails', () => {
  it.each<[string, () => readonly RingKey[]]>([
    [
      'throws',
      () => {
        throw new Error('hunter2');
      },
    ],
    ['answers nothing', () => undefined as unknown as readonly RingKey[]],
    ['answers a promise', () => Promise.resolve([]) as unknown as readonly RingKey[]],
  ])('and %s leaves the last good keys, told once for as long as it lasts', (_case, fail) => {
    const good = [ringKey(first)];
    let list = fail;
    const { ring, codes, told } = ringOf({ list: () => list() });
    expect(ring.find()).toBeUndefined();
    list = () => good;
    expect(ring.find()?.keyId).toBe('k1');
    list = fail;
    for (let call = 0; call < 3; call += 1) expect(ring.find()?.keyId).toBe('k1');
    expect(ring.jwks().keys).toHaveLength(1);
    expect(codes().filter((code) => code === 'SIGNING_KEYS_RELOAD_FAILED')).toHaveLength(2);
    expect(JSON.stringify(told)).not.toContain('hunter2');
  });
});

describe('the options', () => {
  it.each<[string, object, string]>([
    ['no keys', { keys: [] }, 'keys'],
    ['keys that are none', { keys: 'k1' }, 'keys'],
    ['a bad key', { keys: [{ ...first, algorithm: 'none' }] }, 'keys[0].algorithm'],
    ['a kid twice', { keys: [first, first] }, 'keys[1].keyId'],
    ['a key under two ids', { keys: [first, { ...first, keyId: 'other' }] }, 'keys[1].key'],
    ['a time that is none', { publishBeforeSeconds: Number.NaN }, 'publishBeforeSeconds'],
    ['a clock that shows no time', { clock: {} }, 'clock'],
    ['a logger that logs nothing', { logger: 'console' }, 'logger'],
    ['a time below zero', { publishAfterSeconds: -1 }, 'publishAfterSeconds'],
    ['a time as text', { publishAfterSeconds: '600' }, 'publishAfterSeconds'],
    ['an option that is none', { publishBefore: 1 }, 'publishBefore'],
  ])('are refused with %s', (_case, changed, option) => {
    const make = (): unknown => createSigningKeyRing({ keys: monthly, ...changed } as SigningKeyRingOptions);
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(`- ${option}: `);
  });
});
