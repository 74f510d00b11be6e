/** Which calls are sent again, row by row, and how long it takes. No time passes here: pauses are only written down. */
import { describe, expect, it } from 'vitest';
import type { Answer } from '../connection/answer.ts';
import type { CallFaultCode } from '../fault/call-fault.ts';
import type { ConnectionChoice } from '../connection/client-tls.ts';
import { testClock } from '../client.test-kit.ts';
import { callFaults, ServiceCallError } from '../index.ts';
import { repeatCall } from './repeat-call.ts';
import { RetryBudget } from './retry-budget.ts';
import type { RetrySettings } from './retry-options.ts';
import { answerRules, faultRules } from './retry-rules.ts';
import type { Attempt, Call } from './send-call.ts';
import type { PreparedRequest } from './service-request.ts';

type Ending = CallFaultCode | number | readonly [status: number, retryAfter: string];

const generous: RetrySettings = { maximumAttempts: 4, answers: true, firstPauseSeconds: 1, longestPauseSeconds: 3 };

interface Given {
  readonly endings: readonly Ending[];
  readonly request?: Partial<PreparedRequest>;
  readonly retry?: Partial<RetrySettings>;
  readonly remainingSeconds?: number;
  readonly budget?: RetryBudget;
}

function answerOf(status: number, retryAfter?: string, discarded?: () => void): Answer<number> {
  const header = (name: string) => (name === 'retry-after' ? retryAfter : undefined);
  return { status, isRedirect: false, header, discard: async () => discarded?.(), value: status };
}

async function run({ endings, request, retry, remainingSeconds = 10, budget = new RetryBudget() }: Given) {
  const connections: ConnectionChoice[] = [];
  const pauses: number[] = [];
  let discarded = 0;
  const attempt = (async (_call, connection) => {
    const ending = endings[connections.push(connection) - 1] ?? 200;
    if (typeof ending === 'string') throw new ServiceCallError(ending);
    const [status, retryAfter] = typeof ending === 'number' ? [ending] : ending;
    return answerOf(status, retryAfter, () => (discarded += 1));
  }) as Attempt;
  const call = {
    request: { isReplayable: true, isIdempotent: true, ...request },
    deadline: {
      signal: new AbortController().signal,
      sleep: async (seconds: number) => void pauses.push(seconds),
      remainingSeconds: () => remainingSeconds,
    },
  } as unknown as Call<number>;
  const by = { attempt, retry: { ...generous, ...retry }, budget, clock: testClock(), random: () => 0.5 };
  const ended = await repeatCall(by, call).then(
    ({ status }) => status,
    (fault: unknown) => (fault as ServiceCallError).code,
  );
  return { ended, attempts: connections.length, connections, pauses, discarded };
}

const idempotent = { isIdempotent: true };
const once = { isIdempotent: false };

describe('a failure', () => {
  it.each<readonly [string, Ending, Partial<PreparedRequest>, number]>([
    ['no connection, idempotent', 'CONNECTION_FAILED', idempotent, 2],
    ['no connection, not idempotent: nothing was sent', 'CONNECTION_FAILED', once, 2],
    ['no connection, a stream', 'CONNECTION_FAILED', { ...idempotent, isReplayable: false }, 1],
    ['a certificate that changed, not idempotent: nothing was sent', 'CERTIFICATE_MISMATCH', once, 2],
    ['a lost connection, idempotent', 'CONNECTION_LOST', idempotent, 2],
    ['a lost connection, not idempotent', 'CONNECTION_LOST', once, 1],
    ['a lost connection, a stream', 'CONNECTION_LOST', { ...idempotent, isReplayable: false }, 1],
    ['429 with Retry-After, idempotent', [429, '1'], idempotent, 2],
    ['429 with Retry-After, not idempotent: it was not handled', [429, '1'], once, 2],
    ['429 with Retry-After, a stream', [429, '1'], { ...once, isReplayable: false }, 1],
    ['429 without Retry-After', 429, idempotent, 1],
    ['429 with a Retry-After that says nothing', [429, 'soon'], idempotent, 1],
    ['503 with Retry-After, idempotent', [503, '1'], idempotent, 2],
    ['503 with Retry-After, not idempotent', [503, '1'], once, 1],
    ['503 without Retry-After', 503, idempotent, 1],
    ['502, idempotent', 502, idempotent, 2],
    ['502, not idempotent', 502, once, 1],
    ['504, idempotent', 504, idempotent, 2],
    ['504, not idempotent', 504, once, 1],
    ['500, idempotent', 500, idempotent, 1],
    ['500 with Retry-After', [500, '1'], idempotent, 1],
    ['401', 401, idempotent, 1],
    ['403 with Retry-After', [403, '1'], idempotent, 1],
    ['404', 404, idempotent, 1],
    ['408', 408, idempotent, 1],
    ['409', 409, idempotent, 1],
    ['425 with Retry-After', [425, '1'], idempotent, 1],
    ['200 with Retry-After', [200, '1'], idempotent, 1],
  ])('is sent again only when that is safe: %s', async (_name, ending, request, attempts) => {
    const result = await run({ endings: [ending], request });
    expect(result.attempts).toBe(attempts);
    if (attempts === 2) expect(result.ended).toBe(200);
    expect(result.discarded).toBe(attempts === 2 && typeof ending !== 'string' ? 1 : 0);
  });

  it('of any other code is not sent again', async () => {
    const listed = Object.keys(faultRules);
    const others = (Object.keys(callFaults) as CallFaultCode[]).filter((code) => !listed.includes(code));
    expect(others.length).toBeGreaterThan(10);
    for (const code of others) expect(await run({ endings: [code] })).toMatchObject({ ended: code, attempts: 1 });
  });

  it('that may have been handled is repeated for idempotent requests only: the table says so', () => {
    for (const [code, rule] of Object.entries(faultRules)) {
      if (callFaults[code as CallFaultCode].requestSent === 'maybe') expect(rule.repeats).toBe('idempotent');
    }
    for (const rule of [...Object.values(faultRules), ...Object.values(answerRules)]) expect(rule.why).toMatch(/\.$/);
  });
});

describe('repeats', () => {
  it('end with maximumAttempts, and the last outcome counts', async () => {
    const endings = Array.from({ length: 9 }, () => 'CONNECTION_FAILED' as const);
    for (const maximumAttempts of [1, 2, 4]) {
      const result = await run({ endings, retry: { maximumAttempts } });
      expect(result).toMatchObject({ ended: 'CONNECTION_FAILED', attempts: maximumAttempts });
    }
    expect(await run({ endings: [502, 504, 502, 503] })).toMatchObject({ ended: 503, attempts: 4, discarded: 3 });
  });

  it('of a lost connection come once, on a new connection, however many are permitted', async () => {
    const result = await run({ endings: ['CONNECTION_LOST', 'CONNECTION_LOST', 'CONNECTION_LOST'] });
    expect(result).toMatchObject({ ended: 'CONNECTION_LOST', attempts: 2, connections: ['any', 'new'] });
  });

  it('of answers are off unless they are asked for', async () => {
    const retry = { answers: false };
    expect(await run({ endings: [502], retry })).toMatchObject({ ended: 502, attempts: 1 });
    expect(await run({ endings: [[429, '0']], retry })).toMatchObject({ ended: 429, attempts: 1 });
    expect(await run({ endings: ['CONNECTION_LOST'], retry })).toMatchObject({ ended: 200, attempts: 2 });
  });

  it('come after random pauses, whose upper end doubles to the longest', async () => {
    const endings = ['CONNECTION_FAILED', 'CONNECTION_FAILED', 'CONNECTION_FAILED'] as const;
    expect((await run({ endings })).pauses).toEqual([0.5, 1, 1.5]);
  });

  it('wait at least as long as the service asks, and come not at all when that is too late', async () => {
    expect((await run({ endings: [[503, '2']] })).pauses).toEqual([2.5]);
    expect(await run({ endings: [[503, '60']], remainingSeconds: 61 })).toMatchObject({ attempts: 2 });
    const late = await run({ endings: [[503, '60']], remainingSeconds: 60 });
    expect(late).toMatchObject({ ended: 503, attempts: 1, pauses: [], discarded: 0 });
    const noTime = await run({ endings: ['CONNECTION_FAILED'], remainingSeconds: 0.4 });
    expect(noTime).toMatchObject({ ended: 'CONNECTION_FAILED', attempts: 1 });
  });
});

describe('an aborted call', () => {
  it('is not sent again', async () => {
    const controller = new AbortController();
    let attempts = 0;
    const attempt = (async () => {
      attempts += 1;
      controller.abort();
      throw new ServiceCallError('CONNECTION_FAILED');
    }) as Attempt;
    const request = { isReplayable: true, isIdempotent: true };
    const deadline = { signal: controller.signal, remainingSeconds: () => 10 };
    const call = { request, deadline } as unknown as Call<number>;
    const by = { attempt, retry: generous, budget: new RetryBudget(), clock: testClock(), random: () => 0 };
    await expect(repeatCall(by, call)).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
    expect(attempts).toBe(1);
  });
});

describe('the budget', () => {
  it('lets ten repeats through in a storm, and one for ten good calls after it', async () => {
    const budget = new RetryBudget();
    let repeats = 0;
    for (let call = 0; call < 500; call += 1) {
      repeats += (await run({ endings: [502, 502], retry: { maximumAttempts: 2 }, budget })).attempts - 1;
    }
    expect(repeats).toBeGreaterThan(0);
    expect(repeats).toBeLessThanOrEqual(10);
    expect((await run({ endings: [502], budget })).attempts).toBe(1);
    for (let call = 0; call < 130; call += 1) await run({ endings: [200], budget });
    expect((await run({ endings: [502], budget })).attempts).toBe(2);
  });

  it('is not filled by failures that are no rows of the table', async () => {
    const budget = new RetryBudget();
    while (budget.permits) budget.noteFailure();
    for (let call = 0; call < 500; call += 1) await run({ endings: ['TARGET_REFUSED'], budget });
    expect(budget.permits).toBe(false);
    for (let call = 0; call < 500; call += 1) await run({ endings: [200], budget });
    for (let call = 0; call < 10; call += 1) {
      expect(budget.permits).toBe(true);
      budget.noteFailure();
    }
  });
});
