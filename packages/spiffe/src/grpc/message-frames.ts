/**
 * The frames of gRPC over HTTP/2: a flag, four bytes of length, the message. One message may span several DATA frames
 * and one DATA frame hold several messages. Compressed messages are refused, because none was offered, and so are those
 * that are too long, before they are read.
 */

const headLength = 5;

/** A message with its frame. */
export function frameOf(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(headLength + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, headLength);
  return frame;
}

/** Puts the messages of one stream together. */
export class MessageFrames {
  readonly #maximumBytes: number;
  /** Joined only when there is enough: many small pieces cost no more than few large ones. */
  #pieces: Buffer[] = [];
  #held = 0;
  #wanted = headLength;

  constructor(maximumBytes: number) {
    this.#maximumBytes = maximumBytes;
  }

  /** Whether the stream would end within a message now. */
  get isWithinMessage(): boolean {
    return this.#held > 0;
  }

  /** Takes bytes, and answers the messages that are complete now, or the problem. */
  push(piece: Buffer): readonly Buffer[] | string {
    this.#pieces.push(piece);
    this.#held += piece.length;
    if (this.#held < this.#wanted) return [];
    const bytes = Buffer.concat(this.#pieces);
    const messages: Buffer[] = [];
    let at = 0;
    this.#wanted = headLength;
    while (bytes.length - at >= headLength) {
      const length = bytes.readUInt32BE(at + 1);
      if (bytes[at] !== 0) return 'is compressed';
      if (length > this.#maximumBytes) return `is longer than ${this.#maximumBytes} bytes`;
      if (bytes.length - at < headLength + length) {
        this.#wanted = headLength + length;
        break;
      }
      messages.push(bytes.subarray(at + headLength, at + headLength + length));
      at += headLength + length;
    }
    const rest = bytes.subarray(at);
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#held = rest.length;
    return messages;
  }
}
