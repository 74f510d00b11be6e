/**
 * What leaves the process about people and tokens. A jti is hashed with its issuer, so that it can be matched with
 * the issuer's log and not be replayed into a revocation list; a subject becomes a keyed pseudonym.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { FaultCollector } from '../errors/configuration-error.ts';
import { Secret } from '../errors/secret.ts';
import type { Subject } from '../identity/caller.ts';

/** Choices about personal data in audit events. */
export interface PrivacyOptions {
  /** Default `hash`. */
  readonly jti?: 'hash' | 'plain' | 'omit';
  /** Default `pseudonym`. */
  readonly subject?: 'pseudonym' | 'plain' | 'omit';
  /**
   * Key of the pseudonyms, at least 32 characters. Give every service the same one to join their events; without it
   * each process makes its own, and pseudonyms of two processes do not compare.
   */
  readonly pseudonymKey?: Secret;
}

/** Turns identifiers into what an event may carry. */
export interface Privacy {
  jti(issuer: string, jti: string): { readonly 'token.jti_hash': string } | { readonly 'token.jti': string } | object;
  subject(subject: Subject): { readonly 'user.hash': string } | { readonly 'user.id': string } | object;
}

const nothing = Object.freeze({});
const minimumKeyLength = 32;

/** First 128 bits of a digest in base64url: 22 characters. */
const digestLength = 22;

/** The hash of a jti: SHA-256 over `"jti" 00 issuer 00 jti`. */
export function hashJti(issuer: string, jti: string): string {
  return createHash('sha256').update(`jti\0${issuer}\0${jti}`).digest('base64url').slice(0, digestLength);
}

/** Checks the options and makes the two functions. Adds faults under `privacy`. */
export function createPrivacy(options: PrivacyOptions, faults: FaultCollector): Privacy {
  faults.onlyKnown(options, ['jti', 'subject', 'pseudonymKey'], 'privacy.');
  if (options.jti !== undefined && !['hash', 'plain', 'omit'].includes(options.jti)) {
    faults.add('CONFIG_INVALID', 'privacy.jti', 'is not a choice', 'write "hash", "plain" or "omit"');
  }
  if (options.subject !== undefined && !['pseudonym', 'plain', 'omit'].includes(options.subject)) {
    faults.add('CONFIG_INVALID', 'privacy.subject', 'is not a choice', 'write "pseudonym", "plain" or "omit"');
  }
  const given = options.pseudonymKey;
  if (given !== undefined && (!(given instanceof Secret) || given.expose().length < minimumKeyLength)) {
    faults.add(
      'CONFIG_INVALID',
      'privacy.pseudonymKey',
      'is not a Secret of 32 characters or more',
      'pass new Secret(text) of at least 32 random characters, the same in every service',
    );
  }
  const key = given instanceof Secret ? given.expose() : randomBytes(minimumKeyLength);
  return {
    jti: (issuer, jti) => {
      if (options.jti === 'omit') return nothing;
      return options.jti === 'plain' ? { 'token.jti': jti } : { 'token.jti_hash': hashJti(issuer, jti) };
    },
    subject: ({ issuer, id }) => {
      if (options.subject === 'omit') return nothing;
      if (options.subject === 'plain') return { 'user.id': id };
      const mac = createHmac('sha256', key).update(`sub\0${issuer}\0${id}`).digest('base64url');
      return { 'user.hash': mac.slice(0, digestLength) };
    },
  };
}
