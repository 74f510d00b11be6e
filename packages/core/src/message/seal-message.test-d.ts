import { expectTypeOf, test } from 'vitest';
import { sealMessage } from './seal-message.ts';
import type { OutgoingMessage, SealingOptions } from './sealing-options.ts';

declare const options: SealingOptions;

test('an object or a text is no payload: only bytes are what the broker gets', () => {
  expectTypeOf<{ orderId: number }>().not.toExtend<OutgoingMessage['payload']>();
  expectTypeOf<string>().not.toExtend<OutgoingMessage['payload']>();
  expectTypeOf<Buffer>().toExtend<OutgoingMessage['payload']>();
  // @ts-expect-error -- a parsed object
  sealMessage({ payload: { orderId: 42 }, destination: 'nats:a' }, options);
});

test('a caller that may be missing is nobody to act for', () => {
  // @ts-expect-error -- maybeCurrentCaller() answers undefined in a background job
  expectTypeOf({ ...options, onBehalfOf: undefined }).toExtend<SealingOptions>();
});
