/** The nonce that an answer brings for DPoP proofs (RFC 9449 §8, §9), with a bound: it comes back in a header of ours. */

// NQCHAR of RFC 6749 Appendix A. Two header lines arrive as one text with a space in it, and are as if absent.
const syntax = /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/;

/** The nonce in the value of the header `DPoP-Nonce`; undefined when there is none that can be used. */
export function dpopNonceIn(header: string | null | undefined): string | undefined {
  return typeof header === 'string' && syntax.test(header) ? header : undefined;
}
