import { describe, expect, it } from 'vitest';
import { createCircuitBreaker, failuresUntilOpen, type CircuitBreaker } from './circuit-breaker.ts';

function bench(): { breaker: CircuitBreaker; pass: (milliseconds: number) => void; fail: (times: number) => void } {
  let now = 0;
  const breaker = createCircuitBreaker({ monotonic: () => now });
  return {
    breaker,
    pass: (milliseconds) => {
      now += milliseconds;
    },
    fail: (times) => {
      for (let count = 0; count < times; count += 1) breaker.begin()?.failed();
    },
  };
}

describe('a circuit breaker', () => {
  it('lets calls through while fewer fail in a row than open it', () => {
    const { breaker, fail } = bench();
    fail(failuresUntilOpen - 1);
    breaker.begin()?.succeeded();
    fail(failuresUntilOpen - 1);
    expect(breaker.begin()).toBeDefined();
  });

  it('opens after failures in a row, and then lets one call at a time try', () => {
    const { breaker, fail, pass } = bench();
    fail(failuresUntilOpen);
    expect(breaker.begin()).toBeUndefined();
    pass(999);
    expect(breaker.begin()).toBeUndefined();
    pass(1);
    const probe = breaker.begin();
    expect(probe).toBeDefined();
    expect(breaker.begin()).toBeUndefined();
    probe?.succeeded();
    expect(breaker.begin()).toBeDefined();
    expect(breaker.begin()).toBeDefined();
  });

  it('waits twice as long after each try that fails, up to thirty seconds', () => {
    const { breaker, fail, pass } = bench();
    fail(failuresUntilOpen);
    const pauses: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      let waited = 0;
      let probe = breaker.begin();
      while (probe === undefined) {
        pass(500);
        waited += 500;
        probe = breaker.begin();
      }
      pauses.push(waited);
      probe.failed();
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('leaves the server alone at once for as long as it asks, up to a minute', () => {
    const { breaker, pass } = bench();
    breaker.begin()?.failed(7_000);
    pass(6_999);
    expect(breaker.begin()).toBeUndefined();
    pass(1);
    breaker.begin()?.failed(86_400_000);
    pass(59_999);
    expect(breaker.begin()).toBeUndefined();
    pass(1);
    expect(breaker.begin()).toBeDefined();
  });

  it('counts calls that began before it opened, and fail after, only once', () => {
    const { breaker, pass } = bench();
    const calls = Array.from({ length: 20 }, () => breaker.begin());
    for (const call of calls) call?.failed();
    pass(1_000);
    expect(breaker.begin()).toBeDefined();
  });

  it('closes when a call that began before it opened succeeds after all', () => {
    const { breaker, fail } = bench();
    const late = breaker.begin();
    fail(failuresUntilOpen);
    late?.succeeded();
    expect(breaker.begin()).toBeDefined();
  });
});
