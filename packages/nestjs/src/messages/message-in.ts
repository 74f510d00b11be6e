/**
 * The message behind a handler of a Nest microservice, by the shape of its context. What Nest decoded is not what was
 * sealed: bytes are taken from where Nest keeps them, or the text that its client sent as `data`.
 */
import * as core from '@countersign/core';
import type { ExecutionContext } from '@nestjs/common';

/** Methods of the contexts of Nest, as far as they are called here. Data from the wire has no functions. */
interface Context {
  getChannelRef?(): unknown;
  getPattern?(): string;
  getMessage?(): object;
  getSubject?(): string;
  getHeaders?(): core.NatsHeaders | undefined;
  getTopic?(): string;
  getPartition?(): number;
  getPacket?(): {
    readonly payload?: unknown;
    readonly properties?: { readonly userProperties?: object; readonly contentType?: unknown };
  };
  getChannel?(): string;
  getSocketRef?(): unknown;
  getMetadata?(): object | undefined;
}

type Read = (context: Required<Context>, data: Uint8Array | undefined) => core.MessageFacts;

/** Text and bytes are what was sent. Anything else was decoded, and has no bytes any more. */
function bytesOf(data: unknown): Uint8Array | undefined {
  if (data instanceof Uint8Array) return data;
  return typeof data === 'string' ? core.bytesOfText(data) : undefined;
}

/** Metadata of packets: a record of texts, from NestJS 12 on. */
const readMetadata = (context: Required<Context>, destination: string): core.MessageFacts =>
  core.recordMessageOf({ headers: context.getMetadata?.(), destination });

/** One row per transport: the methods that only its context has, and how it is read. */
const transports: readonly (readonly [methods: readonly (keyof Context)[], read: Read])[] = [
  [
    ['getChannelRef', 'getMessage'],
    (context) => {
      const delivery = context.getMessage() as core.AmqpMessage;
      const { destination, ...message } = core.amqpMessageOf(delivery);
      const pattern = context.getPattern();
      // The pattern in the packet selects the handler, so it is part of the place.
      const isRouted = pattern === delivery.fields.routingKey;
      return { ...message, destination: isRouted ? destination : `${destination}#${pattern}` };
    },
  ],
  [
    ['getSubject', 'getHeaders'],
    (context, data) => {
      const message = { subject: context.getSubject(), headers: context.getHeaders(), data: Buffer.alloc(0) };
      // Only a deserializer that keeps the bytes hands bytes on: then they are all of the message.
      return { ...core.natsMessageOf(message), payload: data };
    },
  ],
  [
    ['getTopic', 'getPartition'],
    (context) => core.kafkaMessageOf({ topic: context.getTopic(), message: context.getMessage() }),
  ],
  [
    ['getTopic', 'getPacket'],
    (context) => {
      const { payload, properties } = context.getPacket();
      const destination = `mqtt:${context.getTopic()}`;
      const message = { headers: properties?.userProperties, destination, payload: bytesOf(payload) };
      const { contentType } = properties ?? {};
      return { ...core.recordMessageOf(message), ...(typeof contentType === 'string' && { contentType }) };
    },
  ],
  [['getChannel'], (context) => readMetadata(context, `redis:${context.getChannel()}`)],
  [['getSocketRef'], (context) => readMetadata(context, `tcp:${context.getPattern()}`)],
];

/** The message among the arguments of a handler: data, then context. Nothing for contexts that carry no headers. */
export function messageIn([given, context]: readonly unknown[]): core.MessageFacts | undefined {
  const found = Object(context) as Required<Context>;
  const row = transports.find(([methods]) => methods.every((name) => typeof found[name] === 'function'));
  if (row === undefined) return undefined;
  const message = row[1](found, given instanceof Uint8Array ? given : undefined);
  return { ...message, data: bytesOf(given) };
}

/**
 * The facts of a message: a call of gRPC, or a message with a seal. One without presents nothing that can be read, and is
 * told by its place; so does what is no message at all.
 */
export function messageFacts(execution: ExecutionContext, handler: string): core.RequestFacts {
  const given = execution.getArgs<unknown[]>();
  const call = core.grpcCallIn(given);
  if (call !== undefined) return core.grpcFactsOf(call);
  const message = execution.getType() === 'rpc' ? messageIn(given) : undefined;
  const isSealed = message !== undefined && message.seals.length > 0;
  return isSealed ? core.messageFactsOf(message, handler) : core.unreadableFacts(handler, message);
}
