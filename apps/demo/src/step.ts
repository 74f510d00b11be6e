/** What a step of the demo is: something that is sent, and what must come of it. */
import type { Reason } from '@countersign/core';
import type { QueueMessage } from '@countersign/queue-app/connect-queue';
import type { Call, KeyPair } from './call.ts';

/** Services that requests go to. */
export type Called = 'gateway' | 'orders' | 'inventory' | 'payments' | 'analytics';

/** What the steps are made of. */
export interface ScenarioMaterial {
  readonly origins: Readonly<Record<Called, string>>;
  readonly tokenEndpoint: string;
  readonly identities: Readonly<Record<'storefront' | 'gateway' | 'orders' | 'reporting', KeyPair>>;
  readonly tokens: {
    /** Alice's, for the gateway, as the storefront has it: opaque. */
    readonly alice: string;
    /** The same as a JWT, so that others could read it if they were let. */
    readonly aliceReadable: string;
    /** Alice's, for orders, exchanged by the gateway: a wrong audience at inventory. */
    readonly aliceAtOrders: string;
    /** Alice's, for analytics, exchanged by the gateway: to read only. */
    readonly aliceAtAnalytics: string;
    /** The gateway's, for inventory. */
    readonly gateway: string;
    /** That of orders, for inventory, with the scope to read only. */
    readonly ordersReadOnly: string;
    /** Reporting's own, for inventory: good, and not on the list. */
    readonly reporting: string;
    /** The gateway's, for inventory, an hour old. */
    readonly expired: string;
  };
  /** The form of an exchange by a service for Alice, with a proof of that service: beyond what it may. */
  readonly exchanges: Readonly<Record<'beyondAlice' | 'ofAnotherService', string>>;
}

interface Expectation {
  readonly title: string;
  /** Reason code in the audit event; absent when no service must refuse. */
  readonly reason?: Reason;
  /** How many services must have recorded an `authz.allow` in this trace. */
  readonly hops?: number;
}

/** A request. */
export interface RequestStep extends Expectation {
  readonly call: Call;
  readonly status: number;
  /** What the answer must say. */
  readonly says?: string;
  /** Send it twice: the second time on a new connection that offers the TLS session of the first. */
  readonly resumed?: boolean;
}

/** A message, made from one that was heard on the queue. */
export interface MessageStep extends Expectation {
  readonly message: (heard: QueueMessage) => QueueMessage;
}

/** One step. */
export type Step = RequestStep | MessageStep;
