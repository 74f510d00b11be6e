import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { combineIdentities } from '../authentication/combine-identities.ts';
import { certificateIdentity } from '../enforcement/pipeline.test-kit.ts';
import { currentCaller, currentContext, maybeCurrentCaller, runInContext } from './caller-context.ts';

const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: false };

function contextOf(name: string) {
  const caller = combineIdentities([certificateIdentity({ workload: `spiffe://prod.test/${name}` })], new Map());
  if (!caller.ok) throw new Error('broken test');
  return { caller: caller.value, trace, requestId: name };
}

test('fifty requests at once each see their own caller after every await', async () => {
  const seen = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      runInContext(contextOf(`w${index}`), async () => {
        await wait(index % 5);
        const first = currentCaller().id;
        await new Promise<void>((resolve) => setImmediate(resolve));
        return [first, currentCaller().id];
      }),
    ),
  );
  for (const [index, pair] of seen.entries())
    expect(pair).toEqual([`spiffe://prod.test/w${index}`, `spiffe://prod.test/w${index}`]);
});

test('the context ends with the request', async () => {
  await runInContext(contextOf('a'), () => wait(1));
  expect(currentContext()).toBeUndefined();
  expect(maybeCurrentCaller()).toBeUndefined();
  expect(() => currentCaller()).toThrow(/No verified caller here/);
});

test('a request without a caller has a context and no caller', () => {
  runInContext({ trace, requestId: 'r' }, () => {
    expect(currentContext()?.requestId).toBe('r');
    expect(() => currentCaller()).toThrow(/optional routes/);
  });
});
