/**
 * Puts a header block of ours into the first HEADERS frame that a client of `node:http2` writes (RFC 9113 §6.2). That
 * client is well-behaved: it joins or refuses what tests want to send. Everything else goes through as it is.
 */
import { Duplex } from 'node:stream';

const prefaceLength = 24;
const frameHeaderLength = 9;
/** What a peer accepts before it says otherwise (§6.5.2). */
const maximumFrameLength = 16_384;
const headersType = 0x1;
const continuationType = 0x9;
const endStream = 0x1;
const endHeaders = 0x4;

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
}

function writeFrame({ type, flags, streamId }: Frame, payload: Buffer): Buffer {
  const header = Buffer.alloc(frameHeaderLength);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, payload]);
}

/** The block in as many frames as it takes. */
function writeBlock(block: Buffer, original: Frame): Buffer {
  const frames: Buffer[] = [];
  for (let start = 0; start === 0 || start < block.length; start += maximumFrameLength) {
    const end = start + maximumFrameLength;
    const type = start === 0 ? headersType : continuationType;
    const flags = (start === 0 ? original.flags & endStream : 0) | (end >= block.length ? endHeaders : 0);
    frames.push(writeFrame({ type, flags, streamId: original.streamId }, block.subarray(start, end)));
  }
  return Buffer.concat(frames);
}

/** Rewrites what the client says, as far as its frames are whole. */
function rewriter(block: Buffer): (chunk: Buffer) => Buffer {
  let pending: Buffer = Buffer.alloc(0);
  let awaitsPreface = true;
  let isReplaced = false;
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    const written: Buffer[] = [];
    if (awaitsPreface && pending.length >= prefaceLength) {
      awaitsPreface = false;
      written.push(pending.subarray(0, prefaceLength));
      pending = pending.subarray(prefaceLength);
    }
    while (!awaitsPreface && pending.length >= frameHeaderLength) {
      const length = frameHeaderLength + pending.readUIntBE(0, 3);
      if (pending.length < length) break;
      const frame = pending.subarray(0, length);
      pending = pending.subarray(length);
      const type = frame.readUInt8(3);
      if (type === headersType && !isReplaced) {
        isReplaced = true;
        written.push(writeBlock(block, { type, flags: frame.readUInt8(4), streamId: frame.readUInt32BE(5) }));
      } else if (type !== continuationType) {
        written.push(frame);
      }
    }
    return Buffer.concat(written);
  };
}

/** The stream to give to the client in place of its socket. */
export function substituteHeaderBlock(socket: Duplex, block: Buffer): Duplex {
  const rewrite = rewriter(block);
  const between = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => void socket.write(rewrite(chunk), done),
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk: Buffer) => {
    if (!between.push(chunk)) socket.pause();
  });
  socket.on('end', () => between.push(null));
  socket.on('error', (error) => between.destroy(error));
  socket.on('close', () => between.destroy());
  return between;
}
