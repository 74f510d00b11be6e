import { getEventListeners } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
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

  it('may share one signal with many others: Node warns of no leak, and none stays', () => {
    const warned: string[] = [];
    const note = (warning: string | Error): void => void warned.push(String(warning));
    vi.spyOn(process, 'emitWarning').mockImplementation(note);
    onTestFinished(() => void vi.restoreAllMocks());
    const { signal } = new AbortController();
    const time = { timeoutSeconds: 600, clock: testClock() };
    const deadlines = Array.from({ length: 50 }, () => startDeadline(time, signal));
    expect(getEventListeners(signal, 'abort')).toHaveLength(50);
    for (const deadline of deadlines) deadline.release();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(warned).toEqual([]);
  });

  it('lets a short pause pass', async () => {
    const deadline = startDeadline({ timeoutSeconds: 600, clock: testClock() }, undefined);
    await deadline.sleep(0);
    expect(deadline.ended()).toBeUndefined();
    deadline.release();
  });
});
