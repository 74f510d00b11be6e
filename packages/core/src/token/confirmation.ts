/**
 * The keys a token is bound to, from its `cnf` claim: a certificate (RFC 8705 §3.1), a DPoP key (RFC 9449 §6.1), or
 * both. A method that is not understood must not be ignored (RFC 7800 §3.1), so it refuses.
 */
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import type { JsonObject, JsonValue } from '../signature/strict-json.ts';

/** What must be proven beside the token. At least one member. */
export interface Confirmation {
  /** SHA-256 of the certificate's DER, base64url: the member `x5t#S256`. */
  readonly certificate?: string;
  /** SHA-256 thumbprint of a JWK (RFC 7638), base64url: the member `jkt`. */
  readonly key?: string;
}

const certificateMember = 'x5t#S256';
const keyMember = 'jkt';
const understood: readonly string[] = [certificateMember, keyMember];
/** Keycloak (since 26.7) says beside `jkt` how the key is proven. By another proof than DPoP it is not proven here. */
const keyKindMember = 'kc-jkt-type';
const keyKind = 'DPoP';
const sha256 = /^[A-Za-z0-9_-]{43}$/;

const none = accept<Confirmation | undefined>(undefined);

function isDigest(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && sha256.test(value);
}

/** Reads a `cnf` claim. Answers `undefined` when the token is bound to nothing. */
export function readConfirmation(cnf: JsonValue | undefined): Outcome<Confirmation | undefined> {
  if (cnf === undefined) return none;
  const members = typeof cnf === 'object' && cnf !== null && !Array.isArray(cnf) ? (cnf as JsonObject) : {};
  const { [keyKindMember]: kind, ...digests } = members;
  const isKindFitting = kind === undefined || (kind === keyKind && digests[keyMember] !== undefined);
  const names = Object.keys(digests);
  if (!isKindFitting) return refuse('BINDING_MISMATCH', `cnf.${keyKindMember}`, { expected: `${keyKind} beside jkt` });
  if (names.length === 0 || !names.every((name) => understood.includes(name) && isDigest(digests[name]))) {
    return refuse('BINDING_MISMATCH', 'cnf', { expected: `${understood.join(' or ')}, and nothing else` });
  }
  const { [certificateMember]: certificate, [keyMember]: key } = digests as Readonly<Record<string, string>>;
  return accept({ ...(certificate !== undefined && { certificate }), ...(key !== undefined && { key }) });
}
