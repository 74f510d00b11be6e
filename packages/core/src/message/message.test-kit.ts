/** Pieces for tests of sealed messages: a producer with its keys, a caller to act for, and a message. */
import type { MessageFacts } from '../credential/message-facts.ts';
import type { Caller } from '../identity/caller.ts';
import { parseScopes } from '../identity/scope-set.ts';
import { signingKey, type SigningKey } from '../signature/signing-key.test-kit.ts';
import type { SigningKeys } from '../signature/signing-keys.ts';
import type { MessageExpectations } from './open-message.ts';
import { sealMessage } from './seal-message.ts';
import type { OutgoingMessage, SealingOptions } from './sealing-options.ts';

export const startOfTest: number = Date.parse('2026-11-24T12:00:00Z');
export const producer = 'spiffe://prod.test/orders';
export const consumer = 'spiffe://prod.test/notifications';
export const destination = 'nats:orders.placed';
export const payload: Buffer = Buffer.from('{"orderId":42}');
export const producerKey: SigningKey = signingKey('ES256', 'orders-1');

/** The signing side of a key. */
export function signingWith({ privateKey, algorithm, keyId }: SigningKey): SigningKeys {
  return { find: () => ({ keyId, key: { keyObject: privateKey, algorithm } }) };
}

/** A user's request at the gateway, as the producer saw it. */
export function callerForUser(more: Partial<Caller> = {}): Caller {
  return {
    id: 'oauth:https://issuer.test#gateway',
    trustDomain: 'https://issuer.test',
    subject: { issuer: 'https://issuer.test', id: 'alice' },
    actors: [],
    scopes: parseScopes('orders:write orders:notify') ?? new Set(),
    roles: [],
    tenant: 'acme',
    evidence: [],
    expiresAt: startOfTest + 60_000,
    assurance: 'medium',
    ...more,
  };
}

export const outgoing: OutgoingMessage = { payload, destination };

/** How the producer seals. */
export function sealing(more: Partial<SealingOptions> = {}): SealingOptions {
  return { producer, keys: signingWith(producerKey), clock: { now: () => startOfTest }, ...more };
}

/** What the consumer expects: everything that this producer may claim. */
export function expectations(more: Partial<MessageExpectations> = {}): MessageExpectations {
  return {
    producers: [
      {
        id: producer,
        keys: { keys: [producerKey.jwk] },
        mayClaim: { subject: true, tenant: true, scope: 'orders:notify' },
      },
    ],
    audience: [consumer],
    now: startOfTest,
    ...more,
  };
}

/** A message as the consumer finds it, sealed as the producer does. */
export function found(
  more: Partial<MessageFacts> = {},
  given: { readonly message?: Partial<OutgoingMessage>; readonly sealing?: Partial<SealingOptions> } = {},
): MessageFacts {
  const { seal } = sealMessage({ ...outgoing, ...given.message }, sealing(given.sealing));
  return { seals: [seal], destination, payload, ...more };
}
