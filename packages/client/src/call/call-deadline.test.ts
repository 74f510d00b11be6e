import { describe, expect, it } from 'vitest';
import { startDeadline } from './call-deadline.ts';
import { faultOf, testClock } from '../client.test-kit.ts';

describe('the time of a call', () => {
  it('is what is left on the monotonic clock, whatever the wall clock does', () => {
    const clock = testClock();
    const deadline = startDeadline({ timeoutSeconds: 10, clock }, undefined);
    expect(deadline.remainingSeconds()).toBe(10);
    clock.wall += 3_600_000;
    clock.ticks += 4_000;
    expect(deadline.remainingSeconds()).toBe(6);
    deadline.release();
  });

  it.each(['before', 'while'])('ends a pause at once when the signal of the caller is aborted %s it', async (when) => {
    const controller = new AbortController();
    if (when === 'before') controller.abort();
    const deadline = startDeadline({ timeoutSeconds: 600, clock: testClock() }, controller.signal);
    const pause = faultOf(deadline.sleep(600));
    controller.abort();
    expect(await pause).toMatchObject({ code: 'ABORTED' });
    expect(deadline.ended()).toMatchObject({ code: 'ABORTED' });
  });

  it('ends a pause that is longer than the call', async () => {
    const deadline = startDeadline({ timeoutSeconds: 0.01, clock: testClock() }, undefined);
    expect(await faultOf(deadline.sleep(600))).toMatchObject({ code: 'TIMED_OUT' });
  });

  it('lets a short pause pass', async () => {
    const deadline = startDeadline({ timeoutSeconds: 600, clock: testClock() }, undefined);
    await deadline.sleep(0);
    expect(deadline.ended()).toBeUndefined();
    deadline.release();
  });
});
