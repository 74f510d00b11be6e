import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frameOf, MessageFrames } from './message-frames.ts';

const limit = 1_000;

function pushAll(pieces: readonly Buffer[]): {
  readonly messages: readonly Buffer[] | string;
  readonly isWithin: boolean;
} {
  const frames = new MessageFrames(limit);
  const messages: Buffer[] = [];
  for (const piece of pieces) {
    const got = frames.push(piece);
    if (typeof got === 'string') return { messages: got, isWithin: frames.isWithinMessage };
    messages.push(...got);
  }
  return { messages, isWithin: frames.isWithinMessage };
}

describe('messages', () => {
  test('are put together, however the stream was cut', () => {
    const message = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), fc.array(fc.nat(600), { maxLength: 10 }), (messages, cuts) => {
        const stream = Buffer.concat(messages.map(frameOf));
        const places = [0, ...cuts.map((cut) => Math.min(cut, stream.length)).toSorted((a, b) => a - b), stream.length];
        const pieces = places.slice(1).map((end, index) => stream.subarray(places[index], end));
        expect(pushAll(pieces)).toEqual({ messages, isWithin: false });
      }),
    );
  });

  test('that came in part are known to be missing', () => {
    const frame = frameOf(Buffer.from('hello'));
    for (const length of [1, 4, 5, 9])
      expect(pushAll([frame.subarray(0, length)])).toEqual({ messages: [], isWithin: true });
    expect(pushAll([frame])).toEqual({ messages: [Buffer.from('hello')], isWithin: false });
  });

  test.each([
    ['compressed', Buffer.from([1, 0, 0, 0, 1, 65]), 'is compressed'],
    ['of an unknown flag', Buffer.from([2, 0, 0, 0, 0]), 'is compressed'],
    ['too long, before they are read', Buffer.from([0, 0, 0, 3, 233]), 'is longer than 1000 bytes'],
    ['of 4 GB', Buffer.from([0, 255, 255, 255, 255]), 'is longer than 1000 bytes'],
  ])('are refused when they are %s', (_title, bytes, problem) => {
    expect(pushAll([bytes]).messages).toBe(problem);
  });

  test('of the longest permitted length are taken', () => {
    const message = Buffer.alloc(limit, 7);
    expect(pushAll([frameOf(message)]).messages).toEqual([message]);
  });
});
