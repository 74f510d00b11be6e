import { expect, test } from 'vitest';
import { currentContext } from '../propagation/caller-context.ts';
import { admissionOf } from './admission.ts';
import { carryOut } from './carry-out.ts';
import type { Verdict } from './verdict.ts';

const context = { trace: { traceId: '1', spanId: '2', sampled: false }, requestId: 'r' };
const allowed: Verdict = { outcome: 'allowed', context };
const denied = { outcome: 'denied', context } as unknown as Verdict;

/** What came of a verdict: the calls, in order, and what was noted of the carrier. */
async function carried(deciding: Promise<Verdict>, deny: () => void = () => {}) {
  const carrier = {};
  const calls: unknown[] = [];
  carryOut(deciding, {
    carrier,
    deny: (refused) => {
      calls.push(['deny', refused.outcome]);
      deny();
    },
    proceed: (error) => calls.push(['proceed', error?.message, currentContext()]),
  });
  await new Promise((resolve) => setImmediate(resolve));
  return { calls, admission: admissionOf(carrier) };
}

test('lets through inside the context of the request, and notes whom', async () => {
  const seen = await carried(Promise.resolve(allowed));
  expect(seen).toEqual({ calls: [['proceed', undefined, context]], admission: allowed });
});

test('answers a refusal, and goes on for nobody', async () => {
  const seen = await carried(Promise.resolve(denied));
  expect(seen).toEqual({ calls: [['deny', 'denied']], admission: undefined });
});

test('hands on what fails as an error, never as a pass', async () => {
  const seen = await carried(Promise.reject(new Error('broken')));
  expect(seen).toEqual({ calls: [['proceed', 'broken', undefined]], admission: undefined });
});

test('hands on what fails while it answers a refusal', async () => {
  const seen = await carried(Promise.resolve(denied), () => {
    throw new Error('no socket');
  });
  expect(seen.calls).toEqual([
    ['deny', 'denied'],
    ['proceed', 'no socket', undefined],
  ]);
  expect(seen.admission).toBeUndefined();
});
