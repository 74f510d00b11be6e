/** The text of a reply: clients can be set to answer with bytes instead. Anything else is no text. */
export function replyText(reply: unknown): string | undefined {
  if (typeof reply === 'string') return reply;
  return Buffer.isBuffer(reply) ? reply.toString('latin1') : undefined;
}
