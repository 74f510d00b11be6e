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
 * @typedef {object} AmqpDelivery
 * @property {Uint8Array} content
 * @property {{ readonly exchange: string, readonly routingKey: string, readonly redelivered: boolean }} fields
 * @property {import('@countersign/core').AmqpMessage['properties']} properties
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
 * @typedef {object} NatsDelivery
 * @property {string} subject
 * @property {Uint8Array} data
 * @property {import('@countersign/core').NatsHeaders} [headers]
 * @property {boolean} redelivered
 * @property {() => void} ack
 * @property {() => void} nak
 * @property {() => void} term
 *
 * @typedef {object} NatsConsumer
 * @property {(options: { expires: number }) => Promise<NatsDelivery | null>} next
 */
