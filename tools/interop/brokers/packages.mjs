/**
 * The clients of brokers, and NestJS: dependencies of the adapter, loaded from there. What is used of the clients is
 * written down here, as far as it is used.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const requireFrom = createRequire(new URL('../../../packages/nestjs/package.json', import.meta.url));

/**
 * @param {string} name
 * @returns {Promise<any>}
 */
export const load = (name) => import(pathToFileURL(requireFrom.resolve(name)).href);

/**
 * @typedef {import('@countersign/core').AmqpMessage & { readonly fields: { readonly redelivered: boolean } }} AmqpDelivery
 *
 * @typedef {object} AmqpChannel
 * @property {(name: string, type: string) => Promise<unknown>} assertExchange
 * @property {(name: string, options?: object) => Promise<unknown>} assertQueue
 * @property {(queue: string, exchange: string, key: string) => Promise<unknown>} bindQueue
 * @property {(exchange: string, key: string, content: Uint8Array, options: object) => boolean} publish
 * @property {() => Promise<void>} waitForConfirms
 * @property {(queue: string) => Promise<AmqpDelivery | false>} get
 * @property {(message: AmqpDelivery) => void} ack
 * @property {(message: AmqpDelivery, allUpTo: boolean, requeue: boolean) => void} nack
 * @property {() => Promise<void>} close
 *
 * @typedef {object} AmqpConnection
 * @property {() => Promise<AmqpChannel>} createConfirmChannel
 * @property {() => Promise<void>} close
 *
 * @typedef {object} NatsHeadersToSend
 * @property {(name: string, value: string) => void} append
 *
 * @typedef {object} NatsConnection
 * @property {(subject: string, data: Uint8Array, options: object) => void} publish
 * @property {() => Promise<void>} close
 *
 * @typedef {import('@countersign/core').NatsMessage & { redelivered: boolean, ack: () => void, nak: () => void, term: () => void }} NatsDelivery
 *
 * @typedef {object} NatsConsumer
 * @property {(options: { expires: number }) => Promise<NatsDelivery | null>} next
 */
