/**
 * A token taken apart for showing, more leniently than a verifier does: what is wrong with it is found elsewhere.
 * The signature is counted and dropped here, so that nothing can print it.
 */
import { UsageError } from '../usage-error.ts';
import { holdsPrivateKey } from './private-key.ts';

/** A JSON object. */
export type JsonMembers = Readonly<Record<string, unknown>>;

/** The parts of a token. */
export interface DecodedToken {
  readonly header: JsonMembers;
  /** Undefined when the payload is no JSON object: then the token can be named, and not shown. */
  readonly claims: JsonMembers | undefined;
  /** In bytes. */
  readonly signatureLength: number;
}

// Wider than the grammar of a JWS on purpose: a token with a fault is still a token to inspect.
const looksLikeToken = /^[A-Za-z0-9_+/=-]+(?:\.[A-Za-z0-9_+/=-]*){2,4}$/;
const maximumLength = 65_536;
const maximumDepth = 32;

function isShallow(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maximumDepth) return false;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return true;
}

function decodeObject(segment: string): JsonMembers | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && isShallow(value) ? (value as JsonMembers) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Takes a token apart. Answers undefined when the text is no token.
 * @throws {UsageError} when it carries a private key.
 */
export function decodeToken(text: string): DecodedToken | undefined {
  if (text.length > maximumLength || !looksLikeToken.test(text)) return undefined;
  const [head = '', payload = '', signature = ''] = text.split('.');
  const header = decodeObject(head);
  if (header === undefined) return undefined;
  const claims = decodeObject(payload);
  if (holdsPrivateKey(header) || holdsPrivateKey(claims)) {
    throw new UsageError(
      'the token carries a private key',
      'treat that key as leaked: replace it, and stop sending it',
    );
  }
  return { header, claims, signatureLength: Buffer.from(signature, 'base64url').length };
}
