/** Inspects a JWKS (RFC 7517 §5): which keys a verifier would use, and which it refuses and why. */
import { createHash, createPublicKey, type JsonWebKey } from 'node:crypto';
import { accessToken, ConfigurationError, refuse } from '@countersign/core';
import { shownJson, type BlockLine } from '../output.ts';
import { findingOf, type Finding, type Inspection, type Part } from './inspection.ts';

/** A document with a list of keys. */
export interface KeySetDocument {
  readonly keys: readonly unknown[];
}

const warning = 'Keys are trusted for where they come from. Nothing here says that they are the ones of your issuer.';
const how =
  'to verify a token with these keys: countersign inspect TOKEN_FILE --jwks THIS_FILE --issuer URL --audience TEXT';
const notKeyMaterial: ReadonlySet<string> = new Set(['n', 'e', 'x', 'y', 'x5c']);
const maximumShown = 100;

type Members = Readonly<Record<string, unknown>>;

function membersOf(key: unknown): Members {
  return typeof key === 'object' && key !== null ? (key as Members) : {};
}

/** RFC 7638: SHA-256 over the required members in the order of their names. */
function thumbprint(key: Members): string | undefined {
  const names = { EC: ['crv', 'kty', 'x', 'y'], RSA: ['e', 'kty', 'n'], OKP: ['crv', 'kty', 'x'] }[String(key['kty'])];
  if (names === undefined || names.some((name) => typeof key[name] !== 'string')) return undefined;
  const canonical = JSON.stringify(Object.fromEntries(names.map((name) => [name, key[name]])));
  return createHash('sha256').update(canonical).digest('base64url');
}

function bitsOf(key: Members): number | undefined {
  try {
    return createPublicKey({ key: key as JsonWebKey, format: 'jwk' }).asymmetricKeyDetails?.modulusLength;
  } catch {
    return undefined;
  }
}

function partOf(key: unknown, index: number): Part {
  const members = membersOf(key);
  const plain = Object.entries(members).filter(([name]) => !notKeyMaterial.has(name));
  const bits = bitsOf(members);
  const print = thumbprint(members);
  const data = {
    ...Object.fromEntries(plain),
    ...(bits !== undefined && { bits }),
    ...(print !== undefined && { thumbprint: print }),
  };
  const lines = Object.entries(data).map(([name, value]): BlockLine => [name, shownJson(value)]);
  return { title: `Key ${index + 1}`, data, lines };
}

/** Core loads the key as it would load one of an issuer, and says what is wrong with it. */
function judgeKey(key: unknown, index: number): readonly Finding[] {
  try {
    accessToken({ issuer: 'https://issuer.invalid', jwks: { keys: [key as object] } });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const [fault] = error.faults;
    if (fault === undefined) throw error;
    return [
      {
        reason: fault.code,
        of: `key ${index + 1}`,
        check: 'jwk',
        actual: fault.problem,
        meaning: 'A verifier does not use this key: what it signed is refused with TOKEN_KEY_UNKNOWN.',
        fix: 'Publish a public signature key of RSA with 2048 bits, P-256, P-384, P-521 or Ed25519, or remove this one.',
      },
    ];
  }
}

function judgeIds(keys: readonly unknown[]): readonly Finding[] {
  const ids = keys.map((key) => membersOf(key)['kid']);
  return ids.flatMap((id, index) => {
    const of = `key ${index + 1}`;
    if (id === undefined && keys.length > 1)
      return [findingOf(of, refuse('TOKEN_KEY_UNKNOWN', 'kid', { expected: 'a kid, as there are several keys' }))];
    if (id === undefined || ids.indexOf(id) === index) return [];
    return [
      findingOf(
        of,
        refuse('TOKEN_KEY_UNKNOWN', 'kid', { expected: 'a kid that names one key', actual: JSON.stringify(id) }),
      ),
    ];
  });
}

function judgeSet({ keys }: KeySetDocument): readonly Finding[] {
  if (keys.length > 0 && keys.length <= maximumShown) return [];
  const actual = keys.length === 0 ? 'no key' : `${keys.length} keys`;
  const expected = `1 to ${maximumShown} keys`;
  return [findingOf('key set', refuse('TOKEN_KEY_UNKNOWN', 'keys', { expected, actual }))];
}

/** Inspects. The caller has made sure that nothing in the document is private. */
export function inspectKeySet(document: KeySetDocument): Inspection {
  const keys = document.keys.slice(0, maximumShown);
  return {
    kind: 'key-set',
    verification: { status: 'not-verified', warning, how },
    parts: keys.map(partOf),
    findings: [...judgeSet(document), ...keys.flatMap(judgeKey), ...judgeIds(keys)],
    notes: [],
  };
}
