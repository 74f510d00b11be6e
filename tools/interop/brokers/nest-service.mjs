/**
 * A NestJS microservice behind a broker, whose handlers declare who may reach them. Decorators are called as functions:
 * this is JavaScript, and they are nothing else.
 */
import { load } from './packages.mjs';

/** @typedef {import('@countersign/core').Caller} Caller */

/** @returns {Promise<any>} our built adapter */
export const loadAdapter = () => import(new URL('../../../packages/nestjs/dist/index.js', import.meta.url).href);

/**
 * @typedef {object} NestService
 * @property {readonly string[]} reached texts that came to a handler
 * @property {() => Promise<void>} close
 */

/**
 * @param {{ auth: import('@countersign/core').ServiceAuth, requirement: import('@countersign/core').Requirement, transport: object }} of
 * @returns {Promise<NestService>}
 */
export async function startNestService({ auth, requirement, transport }) {
  await load('reflect-metadata');
  const { Controller, Module } = await load('@nestjs/common');
  const { NestFactory } = await load('@nestjs/core');
  const { MessagePattern, Payload } = await load('@nestjs/microservices');
  const adapter = await loadAdapter();
  /** @type {string[]} */
  const reached = [];

  class Notifications {
    /** @param {string} text @param {Caller} caller */
    notify(text, caller) {
      reached.push(text);
      const { id, subject } = adapter.currentCaller();
      return { by: id, subject: subject.id, actors: caller.actors };
    }

    /** @param {string} text */
    other(text) {
      reached.push(text);
    }
  }
  const { prototype } = Notifications;
  for (const name of /** @type {const} */ (['notify', 'other'])) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
    Payload()(prototype, name, 0);
    adapter.CurrentCaller()(prototype, name, 1);
    MessagePattern(name)(prototype, name, descriptor);
    adapter.Allow(requirement)(prototype, name, descriptor);
  }
  Controller()(Notifications);

  class App {}
  Module({ imports: [adapter.ServiceAuthModule.forRoot({ auth })], controllers: [Notifications] })(App);
  const app = await NestFactory.createMicroservice(App, { ...transport, logger: false });
  await app.listen();
  return { reached, close: () => app.close() };
}
