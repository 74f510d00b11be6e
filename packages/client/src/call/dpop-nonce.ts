/**
 * The nonce that a service wants in DPoP proofs (RFC 9449 §9): the newest one of any of its answers (§8.2). One memory
 * per client, because a client has one origin.
 */
import type { Answer } from '../connection/answer.ts';
import { dpopNonceIn } from '../connection/dpop-nonce-in.ts';

type Headers = Pick<Answer<unknown>, 'header'>;

const challenge = /(?:^|,)\s*DPoP\s[^]*?error="?use_dpop_nonce"?(?:[\s,]|$)/i;

/** Remembers it. */
export class DpopNonce {
  #current: string | undefined;

  get current(): string | undefined {
    return this.#current;
  }

  /** Takes the nonce of an answer. Answers whether there was one. */
  note(answer: Headers): boolean {
    const given = dpopNonceIn(answer.header('dpop-nonce'));
    if (given === undefined) return false;
    this.#current = given;
    return true;
  }
}

/** Whether a 401 says that the proof lacks the nonce, and nothing against the token (§9). */
export function wantsNonce(answer: Headers): boolean {
  return challenge.test(answer.header('www-authenticate') ?? '');
}
