/** One message with several handlers, as an event of a framework has: each is judged by itself, and all share its past. */
import { expect, test } from 'vitest';
import { memorySink } from '../audit/memory-sink.ts';
import { sealedMessage } from '../authentication/sealed-message.ts';
import { messageFactsOf } from '../message/message-facts-of.ts';
import { settleMessage, type WorkOutcome } from '../message/message-work.ts';
import { consumer, expectations, found, producer, startOfTest } from '../message/message.test-kit.ts';
import type { Decision } from '../policy/decision.ts';
import { compileRequirement } from '../policy/requirement.ts';
import { createMemoryMessageLedger } from '../store/memory-message-ledger.ts';
import { createServiceAuth } from './create-service-auth.ts';
import { judgeCall } from './judge-call.ts';
import type { Verdict } from './verdict.ts';

const allow: Decision = { effect: 'allow', rule: 'test' };
const deny: Decision = { effect: 'deny', reason: 'POLICY_DENIED', rule: 'test' };

/** A consumer whose policy takes its time for the handler `slow`. */
function start(slowly: Decision = allow) {
  const clock = { now: () => startOfTest, monotonic: () => startOfTest };
  let answer: () => void = () => {};
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const auth = createServiceAuth({
    service: consumer,
    audience: 'https://notifications.test',
    accept: [sealedMessage({ producers: expectations().producers, ledger: createMemoryMessageLedger({ clock }) })],
    policy: {
      decide: ({ route }) => (route === 'slow' ? asked.then(() => slowly) : allow),
    },
    audit: memorySink(),
    clock,
  });
  const requirement = compileRequirement({ caller: producer }, 'x');
  const message = found();
  /** A delivery of the message. */
  const deliver = () => {
    const carrier = {};
    return async (handler: string): Promise<Verdict> =>
      judgeCall(auth, { facts: messageFactsOf(message, handler), carrier, requirement });
  };
  const end = async ({ context }: Verdict, outcome: WorkOutcome): Promise<void> =>
    settleMessage(context.caller, outcome);
  /** What becomes of the message when it comes again. */
  const again = async (): Promise<string> => {
    const verdict = await deliver()('fast');
    return verdict.outcome === 'denied' ? verdict.reason : verdict.outcome;
  };
  return { deliver, end, again, answer };
}

test('a handler that still waits for its policy keeps the message from being noted as handled', async () => {
  const { deliver, end, again, answer } = start();
  const judge = deliver();
  const [fast, slow] = [judge('fast'), judge('slow')];
  await end(await fast, 'done');
  answer();
  await end(await slow, 'failed');
  expect(await again()).toBe('allowed');
});

test.each<[string, 'fast' | 'slow']>([
  ['before it waits for its policy', 'slow'],
  ['after the other was let in', 'fast'],
])('a handler that is judged %s counts', async (_, first) => {
  const { deliver, end, again, answer } = start();
  const judge = deliver();
  const judged: Record<string, Promise<Verdict>> = {};
  for (const handler of [first, first === 'fast' ? 'slow' : 'fast']) judged[handler] = judge(handler);
  if (first === 'slow') answer();
  await end(await (judged['fast'] as Promise<Verdict>), 'done');
  expect(await again()).toBe('MESSAGE_IN_PROGRESS');
  answer();
  await end(await (judged['slow'] as Promise<Verdict>), 'done');
  expect(await again()).toBe('MESSAGE_REPLAYED');
});

test('a handler that its policy refuses undoes nothing that another has handled', async () => {
  const { deliver, end, again, answer } = start(deny);
  const judge = deliver();
  const [fast, slow] = [judge('fast'), judge('slow')];
  await end(await fast, 'done');
  answer();
  expect((await slow).outcome).toBe('denied');
  expect(await again()).toBe('MESSAGE_REPLAYED');
});

test('a message whose handlers are all refused is given back', async () => {
  const { deliver, again, answer } = start(deny);
  answer();
  const judge = deliver();
  expect((await Promise.all([judge('slow'), judge('slow')])).map(({ outcome }) => outcome)).toEqual([
    'denied',
    'denied',
  ]);
  expect(await again()).toBe('allowed');
});

test('nobody else begins a message that failed in one handler and is worked on in another', async () => {
  const { deliver, end, again } = start();
  const judge = deliver();
  const [one, two] = [await judge('fast'), await judge('fast')];
  await end(one, 'failed');
  expect(await again()).toBe('MESSAGE_IN_PROGRESS');
  await end(two, 'done');
  expect(await again()).toBe('allowed');
});
