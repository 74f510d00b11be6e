/** The rows of the table of reasons about sealed messages, and about the ledger that knows which were handled. */
import type { ReasonRow } from './reason-row.ts';

const messageRejected = 'The message was rejected.';
const tryLater = 'The service cannot decide right now. Try again later.';

/** Part of the table; read `reasons`. */
export const messageReasons = {
  MESSAGE_SEAL_MALFORMED: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: messageRejected,
    meaning:
      'The seal is not a strict compact JWS of the type countersign-msgctx+jwt, or a claim of it is not well formed.',
    fix: 'Seal with sealMessage, and send what it answers unchanged; the detail names the part.',
  },
  MESSAGE_PRODUCER_UNKNOWN: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: messageRejected,
    meaning: 'The seal names a producer that is not in `producers`.',
    fix: 'Add the producer with its keys to `producers`, if its messages are wanted here.',
  },
  MESSAGE_KEY_UNKNOWN: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: messageRejected,
    meaning: 'The producer has no key of this kid that fits the algorithm of the seal.',
    fix: 'Keep retired keys in the key history of the producer for as long as its messages can wait.',
  },
  MESSAGE_SIGNATURE_INVALID: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: messageRejected,
    meaning: 'The signature of the seal does not verify under the key of the producer.',
    fix: 'The seal was altered, or made with another key. Compare kid and keys; otherwise treat it as an attack.',
  },
  MESSAGE_MISDIRECTED: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: messageRejected,
    meaning: 'The message was sealed for another destination, or for other consumers.',
    fix: 'Seal for the destination as the consumer finds it, e.g. nats:orders.placed. If it is, the message was moved.',
  },
  MESSAGE_EXPIRED: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: messageRejected,
    meaning: 'The message waited longer than its seal carries authority. The time of processing counts.',
    fix: 'Have the producer seal it again. Raise lifetimeSeconds where messages of this destination may wait longer.',
  },
  MESSAGE_NOT_YET_VALID: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: messageRejected,
    meaning: 'The seal was made in the future.',
    fix: 'Compare the clocks of the producer and this service (see the detail).',
  },
  MESSAGE_LIFETIME_TOO_LONG: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: messageRejected,
    meaning: 'The seal carries authority for longer than this service accepts.',
    fix: 'Seal with a shorter lifetimeSeconds, or raise maximumLifetimeSeconds of sealedMessage.',
  },
  MESSAGE_ALTERED: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: messageRejected,
    meaning: 'Payload, key, type or attributes of the message are not those that were sealed; the detail names which.',
    fix: 'Seal the bytes that are handed to the broker, and open the bytes as received. If they are, it was altered.',
  },
  MESSAGE_PAYLOAD_UNREADABLE: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: messageRejected,
    meaning: 'The bytes that were sealed cannot be had: the framework decodes them before anybody sees them.',
    fix: "Seal with part 'data' and send a text as data; or keep the bytes with a deserializer (keepBinary for Kafka).",
  },
  MESSAGE_CLAIM_NOT_ACCEPTED: {
    status: 403,
    oauthError: null,
    owner: 'caller',
    publicSentence: 'The caller may not do this.',
    meaning: 'The seal names a subject, a tenant or a scope that its producer may not vouch for here.',
    fix: 'Write it into mayClaim of the producer, if its word shall count for that.',
  },
  MESSAGE_REPLAYED: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: messageRejected,
    meaning: 'The message was handled before.',
    fix: 'Acknowledge it. It is a redelivery whose acknowledgement was lost, or a replay.',
  },
  MESSAGE_ID_REUSED: {
    status: 401,
    oauthError: null,
    owner: 'caller',
    publicSentence: messageRejected,
    meaning:
      'A message of this producer, destination and id was begun or handled, and its payload or type was another one.',
    fix: 'Give every message its own id. Put this one where somebody looks at it: nobody has handled it.',
  },
  MESSAGE_IN_PROGRESS: {
    status: 503,
    oauthError: null,
    owner: 'dependency',
    publicSentence: tryLater,
    meaning: 'Another consumer works on this message, and its lease has not ended.',
    fix: 'Let the broker deliver it again later. Set leaseSeconds to the longest time a handler may take.',
  },
  MESSAGE_LEDGER_UNAVAILABLE: {
    status: 503,
    oauthError: null,
    owner: 'dependency',
    publicSentence: tryLater,
    meaning: 'The ledger failed, did not answer in time or is full, so nobody knows whether the message was handled.',
    fix: 'Repair the ledger, and let the broker deliver the message again.',
  },
} as const satisfies Record<string, ReasonRow>;
