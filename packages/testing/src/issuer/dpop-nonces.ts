/** The nonces of the test issuer (RFC 9449 §8): a current one, and the one before it, which is still good. */
import { randomBytes } from 'node:crypto';

/** The nonces. */
export interface IssuerNonces {
  readonly current: string;
  accepts(nonce: unknown): boolean;
  /** Makes another one the current one. */
  rotate(): void;
}

function fresh(): string {
  return randomBytes(16).toString('base64url');
}

/** Makes the first one. */
export function createIssuerNonces(): IssuerNonces {
  let good: readonly string[] = [fresh()];
  return {
    get current() {
      return good[0] ?? '';
    },
    accepts: (nonce) => typeof nonce === 'string' && good.includes(nonce),
    rotate: () => {
      good = [fresh(), ...good.slice(0, 1)];
    },
  };
}
