/**
 * One broker as the proofs see it: destinations to send to and to take from, one message at a time, and the answers that
 * a consumer can give. Both brokers are behind this, so that the same things are proved of both.
 */

/**
 * @typedef {object} Sent
 * @property {Uint8Array} payload
 * @property {readonly string[]} seals one for each header line
 * @property {Readonly<Record<string, string>>} [headers] further ones
 * @property {string} [contentType]
 *
 * @typedef {object} Delivery
 * @property {import('@countersign/core').MessageFacts} facts
 * @property {boolean} redelivered as the broker says
 * @property {(disposition: import('@countersign/core').Disposition) => Promise<void>} answer
 *
 * @typedef {object} Wire
 * @property {string} placed the destination that is consumed
 * @property {string} cancelled another one
 * @property {(destination: string, sent: Sent) => Promise<void>} send
 * @property {(destination: string) => Promise<Delivery>} next rejects when nothing comes
 * @property {(destination: string) => Promise<Delivery>} die takes the next message and ends without an answer
 * @property {() => Promise<Delivery>} [quarantined] takes the message that was put aside last
 * @property {() => Promise<void>} close
 */

/** Nothing on loopback takes longer. */
export const deliveryLimitMs = 10_000;

/**
 * @param {readonly Wire[]} wires
 * @returns {Wire}
 */
export function firstOf([wire]) {
  if (wire === undefined) throw new Error('there is no wire');
  return wire;
}
