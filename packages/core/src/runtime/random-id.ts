/** Identifiers for events, requests and spans, from one pool of random bytes. */
import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(4096);
/** The pool in hex: cutting a piece out of a text is cheaper than encoding it each time. */
let digits = '';
let used = 0;

/** Random bytes as lower-case hex; at most as many as the pool holds. */
export function randomHex(bytes: number): string {
  const end = used + 2 * bytes;
  if (end > digits.length) {
    digits = randomFillSync(pool).toString('hex');
    used = 0;
    return randomHex(bytes);
  }
  const text = digits.slice(used, end);
  used = end;
  return text;
}

const variant = '89ab';

/** A UUID version 7 (RFC 9562 §5.7) for an instant in epoch milliseconds: it sorts by time. */
export function uuidv7(now: number): string {
  const time = Math.max(0, Math.floor(now)).toString(16).padStart(12, '0').slice(-12);
  const random = randomHex(10);
  const tail = variant[Number.parseInt(random[3] ?? '0', 16) & 3] + random.slice(4, 7);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${tail}-${random.slice(8, 20)}`;
}
