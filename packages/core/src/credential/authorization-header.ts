/**
 * The Authorization header (RFC 9110 §11.6.2, RFC 6750 §2.1, RFC 9449 §7.1), strictly: one field, one scheme, one token68.
 * It refuses what a lenient reader would turn into "no credential": a bad credential is never an absent one.
 */
import { judgeSafely } from '../errors/judge-safely.ts';
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import { Secret } from '../errors/secret.ts';

/** A scheme that carries a token. */
export type TokenScheme = 'bearer' | 'dpop';

/** A token as its header presents it. */
export interface PresentedToken {
  readonly scheme: TokenScheme;
  readonly token: Secret;
}

const absent = accept(undefined);
const scheme = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?: +(.*))?$/s;
/** What nearly every request sends: read in one pass over the token. Anything else is read slowly, to say what is wrong. */
const usual = /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/;
const token68 = /^[A-Za-z0-9\-._~+/]+=*$/;

/**
 * Reads the token of a request from its Authorization header: its value, or every value, one element per field line.
 * Answers `undefined` when there is no such header. Never throws.
 */
export function parseAuthorizationHeader(
  header: string | readonly string[] | undefined,
): Outcome<PresentedToken | undefined> {
  return judgeSafely(() => parse(header));
}

function parse(header: string | readonly string[] | undefined): Outcome<PresentedToken | undefined> {
  if (header === undefined) return absent;
  const values: readonly unknown[] = Array.isArray(header) ? header : [header];
  if (values.length === 0) return absent;
  if (values.length > 1) return refuse('CREDENTIAL_MULTIPLE', 'authorization', { expected: 'one header' });
  const [value] = values;
  const [, usualToken] = (typeof value === 'string' && usual.exec(value)) || [];
  if (usualToken !== undefined) return accept({ scheme: 'bearer', token: new Secret(usualToken) });
  const match = typeof value === 'string' ? scheme.exec(value) : null;
  if (match === null) return refuse('CREDENTIAL_MALFORMED', 'authorization', { expected: 'scheme and token' });
  const [, name = '', rest = ''] = match;
  if (rest.includes(',')) return refuse('CREDENTIAL_MULTIPLE', 'authorization', { expected: 'one credential' });
  const known = name.toLowerCase();
  if (known !== 'bearer' && known !== 'dpop') {
    return refuse('CREDENTIAL_UNSUPPORTED', 'authorization.scheme', { expected: 'Bearer or DPoP' });
  }
  if (!token68.test(rest)) return refuse('CREDENTIAL_MALFORMED', 'authorization', { expected: 'one token68' });
  return accept({ scheme: known, token: new Secret(rest) });
}

/**
 * The scheme a request used, as far as that can be told: for the challenge of a refusal, and for no decision. Whatever
 * is not DPoP is told about as a bearer token.
 */
export function usedScheme(values: readonly string[]): TokenScheme {
  return scheme.exec(values[0] ?? '')?.[1]?.toLowerCase() === 'dpop' ? 'dpop' : 'bearer';
}
