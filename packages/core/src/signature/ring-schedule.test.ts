/** Laws of the schedule, for any keys and any instant. Whole seconds; few of them, so that all turns come close together. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyBetween, start } from './key-ring.test-kit.ts';
import { ringKey, type RingKey } from './ring-key.ts';
import { ringStateAt } from './ring-schedule.ts';

const base = ringKey(keyBetween('k1', 0, 1));
const after = 7;

/** Keys that begin, last, are revoked or have lost their private half at random. */
const someKeys = fc
  .array(
    fc.record({
      from: fc.integer({ min: 0, max: 40 }),
      seconds: fc.integer({ min: 1, max: 40 }),
      isRevoked: fc.boolean(),
      isPublic: fc.boolean(),
    }),
    { maxLength: 6 },
  )
  .map((all) =>
    all.map(({ from, seconds, isRevoked, isPublic }, index): RingKey => {
      const revoked = isRevoked ? ({ revokedAt: start, cause: 'compromised' } as const) : undefined;
      const key = { ...base.key, keyId: `k${index}` };
      const times = { from: start + from, until: start + from + seconds };
      return { ...base, key, ...times, revoked, privateKey: isPublic ? undefined : base.privateKey };
    }),
  );
const anInstant = fc.integer({ min: -10, max: 100 }).map((seconds) => start + seconds);

describe('at any instant', () => {
  it('whoever signs is in its time, not revoked, and published', () => {
    const holds = fc.property(someKeys, anInstant, (keys, at) => {
      const { signer, published } = ringStateAt(keys, at, after);
      if (signer === undefined) return;
      expect(signer.revoked).toBeUndefined();
      expect(signer.privateKey).toBeDefined();
      expect(signer.from <= at && at < signer.until).toBe(true);
      expect(published).toContain(signer);
    });
    fc.assert(holds);
  });

  it('what was signed a moment ago can still be verified', () => {
    const holds = fc.property(someKeys, anInstant, fc.integer({ min: 0, max: after }), (keys, at, ago) => {
      const { signer } = ringStateAt(keys, at - ago, after);
      const { published } = ringStateAt(keys, at, after);
      expect(signer === undefined || published.includes(signer)).toBe(true);
    });
    fc.assert(holds);
  });

  it('whoever will sign is published already', () => {
    const holds = fc.property(someKeys, anInstant, fc.integer({ min: 0, max: 100 }), (keys, at, ahead) => {
      const { signer } = ringStateAt(keys, at + ahead, after);
      const { published } = ringStateAt(keys, at, after);
      expect(signer === undefined || published.includes(signer)).toBe(true);
    });
    fc.assert(holds);
  });

  it('somebody signs until the end that is told, and nobody at it', () => {
    const holds = fc.property(someKeys, anInstant, (keys, at) => {
      const { signsUntil } = ringStateAt(keys, at, after);
      for (let second = at; second < signsUntil; second += 1) {
        expect(ringStateAt(keys, second, after).signer).toBeDefined();
      }
      expect(ringStateAt(keys, signsUntil, after).signer).toBeUndefined();
    });
    fc.assert(holds);
  });

  it('the state holds from its first instant until just before the next one', () => {
    const holds = fc.property(someKeys, anInstant, (keys, at) => {
      const state = ringStateAt(keys, at, after);
      for (let second = at - 50; second < at + 50; second += 1) {
        if (second < state.from || second >= state.until) continue;
        const { signer, published } = ringStateAt(keys, second, after);
        expect({ signer, published }).toEqual({ signer: state.signer, published: state.published });
      }
    });
    fc.assert(holds);
  });

  it('the order in which the keys are written plays no part', () => {
    const holds = fc.property(someKeys, anInstant, (keys, at) => {
      const { signer, signsUntil } = ringStateAt(keys, at, after);
      expect(ringStateAt([...keys].reverse(), at, after)).toMatchObject({ signer, signsUntil });
    });
    fc.assert(holds);
  });
});
