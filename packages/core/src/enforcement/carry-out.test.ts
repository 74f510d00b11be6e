import { describe, expect, test } from 'vitest';
import type { MaybePromise } from '../errors/outcome.ts';
import { currentContext } from '../propagation/caller-context.ts';
import { admissionOf } from './admission.ts';
import { carryOut } from './carry-out.ts';
import type { Verdict } from './verdict.ts';

const context = { trace: { traceId: '1', spanId: '2', sampled: false }, requestId: 'r' };
const allowed: Verdict = { outcome: 'allowed', context };
const denied = { outcome: 'denied', context } as unknown as Verdict;

/** What came of a verdict: the calls, in order, and what was noted of the carrier. */
async function carried(decide: () => MaybePromise<Verdict>, deny: () => void = () => {}) {
  const carrier = {};
  const calls: unknown[] = [];
  carryOut(decide, {
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

const known: readonly [string, (verdict: Verdict) => MaybePromise<Verdict>][] = [
  ['at hand', (verdict) => verdict],
  ['awaited', (verdict) => Promise.resolve(verdict)],
  // oxlint-disable-next-line unicorn/no-thenable -- a promise of another make is what is tested
  ['of another make', (verdict) => ({ then: (use: (value: Verdict) => void) => use(verdict) }) as Promise<Verdict>],
];

describe.each(known)('a verdict %s', (_case, given) => {
  test('lets through inside the context of the request, and notes whom', async () => {
    const seen = await carried(() => given(allowed));
    expect(seen).toEqual({ calls: [['proceed', undefined, context]], admission: allowed });
  });

  test('answers a refusal, and goes on for nobody', async () => {
    const seen = await carried(() => given(denied));
    expect(seen).toEqual({ calls: [['deny', 'denied']], admission: undefined });
  });

  test('hands on what fails while it answers a refusal', async () => {
    const deny = (): never => {
      throw new Error('no socket');
    };
    const seen = await carried(() => given(denied), deny);
    expect(seen.calls).toEqual([
      ['deny', 'denied'],
      ['proceed', 'no socket', undefined],
    ]);
    expect(seen.admission).toBeUndefined();
  });
});

test.each<[string, () => MaybePromise<Verdict>]>([
  ['rejects', () => Promise.reject(new Error('broken'))],
  [
    'throws',
    () => {
      throw new Error('broken');
    },
  ],
])('a decision that %s is handed on as an error, never as a pass', async (_case, decide) => {
  const seen = await carried(decide);
  expect(seen).toEqual({ calls: [['proceed', 'broken', undefined]], admission: undefined });
});

test.each([undefined, null, 'route'])('what fails with %j, which is no error, is no pass', async (thrown) => {
  const fail = (): never => {
    // oxlint-disable-next-line typescript/only-throw-error -- that is what is tested
    throw thrown;
  };
  // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the same
  for (const decide of [fail, () => Promise.reject<Verdict>(thrown), () => denied, () => Promise.resolve(denied)]) {
    const { calls, admission } = await carried(decide, fail);
    expect(calls.at(-1)).toEqual(['proceed', 'The verdict was not carried out.', undefined]);
    expect(admission).toBeUndefined();
  }
});

test('a verdict at hand is carried out before the call returns, and its context ends with it', () => {
  const order: unknown[] = [];
  const proceed = (): unknown => order.push(currentContext());
  carryOut(() => allowed, { carrier: {}, deny: () => {}, proceed });
  order.push(currentContext());
  expect(order).toEqual([context, undefined]);
});

test('an error of the handler does not hand the request on a second time', () => {
  let calls = 0;
  const proceed = (): never => {
    calls += 1;
    throw new Error('of the handler');
  };
  expect(() => carryOut(() => allowed, { carrier: {}, deny: () => {}, proceed })).toThrow('of the handler');
  expect(calls).toBe(1);
});
