import { expect, onTestFinished, test, vi } from 'vitest';
import type { Notice } from '../runtime/notice.ts';
import type { AuditEvent } from './audit-event.ts';
import { fanOut, required, type AuditSink } from './audit-sink.ts';
import { createDelivery, sinkTimeoutMilliseconds } from './deliver.ts';
import { memorySink } from './memory-sink.ts';

const event = { 'event.id': 'id-1' } as AuditEvent;
const throwing: AuditSink = {
  write: () => {
    throw new Error('secret-in-sink-error');
  },
};
const rejecting: AuditSink = { write: () => Promise.reject(new Error('secret-in-sink-error')) };
const slow = (): AuditSink & { done: boolean } => {
  const sink = {
    done: false,
    write: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      sink.done = true;
    },
  };
  return sink;
};

async function deliver(sink: AuditSink): Promise<{ taken: boolean; notices: readonly Notice[] }> {
  const notices: Notice[] = [];
  const taken = await createDelivery(sink, (notice) => notices.push(notice))(event);
  await new Promise((resolve) => setImmediate(resolve));
  return { taken, notices };
}

test('every sink of a fan-out gets the event, whatever the others do', async () => {
  const [one, two] = [memorySink(), memorySink()];
  const { taken, notices } = await deliver(fanOut(throwing, one, rejecting, fanOut(two)));
  expect(taken).toBe(true);
  expect([one.events.length, two.events.length]).toEqual([1, 1]);
  expect(notices.map((notice) => notice.code)).toEqual(['AUDIT_EVENT_DROPPED', 'AUDIT_EVENT_DROPPED']);
});

test.each([
  ['throws', throwing],
  ['rejects', rejecting],
])('a required sink that %s costs the request', async (_how, sink) => {
  expect((await deliver(required(sink))).taken).toBe(false);
  expect((await deliver(fanOut(memorySink(), required(sink)))).taken).toBe(false);
});

test('the delivery waits for a required sink and for no other', async () => {
  const [waited, left] = [slow(), slow()];
  const result = createDelivery(fanOut(required(waited), left), () => {})(event);
  expect(result).toBeInstanceOf(Promise);
  await result;
  expect(waited.done).toBe(true);
  expect(createDelivery(slow(), () => {})(event)).toBe(true);
});

test('a required sink that hangs costs the request after its time, and the next sinks are not kept waiting', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const notices: Notice[] = [];
  const hanging: AuditSink = { write: () => new Promise<void>(() => {}) };
  const other = memorySink();
  const answers: boolean[] = [];
  const delivery = createDelivery(fanOut(required(hanging), other), (notice) => notices.push(notice));
  void Promise.resolve(delivery(event)).then((taken) => answers.push(taken));
  expect(other.events).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(sinkTimeoutMilliseconds - 1);
  expect(answers).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(answers).toEqual([false]);
  expect(notices).toMatchObject([{ code: 'AUDIT_EVENT_DROPPED', facts: { error: 'TimeoutError' } }]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a required sink that answers in time leaves no timer behind', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  expect(await createDelivery(required({ write: async () => {} }), () => {})(event)).toBe(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(vi.getTimerCount()).toBe(0);
});

test('dropped events are counted, and the notice does not quote the error', async () => {
  const notices: Notice[] = [];
  const delivery = createDelivery(throwing, (notice) => notices.push(notice));
  void delivery(event);
  void delivery(event);
  expect(notices.map((notice) => notice.facts['droppedSinceStart'])).toEqual([1, 2]);
  expect(JSON.stringify(notices)).not.toContain('secret-in-sink-error');
});

test('the memory sink holds the latest events only', () => {
  const sink = memorySink(2);
  for (const id of ['1', '2', '3']) void sink.write({ 'event.id': id } as AuditEvent);
  expect(sink.events.map((one) => one['event.id'])).toEqual(['2', '3']);
  sink.clear();
  expect(sink.events).toEqual([]);
});
