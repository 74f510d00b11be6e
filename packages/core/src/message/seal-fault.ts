/** Why a message was not sealed: a table of code and fix. A message that is not sealed must not be sent. */

/** The table. Keys are the codes. */
export const sealFaults = {
  SIGNING_KEY_UNAVAILABLE: {
    sentence: 'There is no key to sign with.',
    fix: 'Wait for the signing keys, or repair their source.',
  },
  CALLER_EXPIRED: {
    sentence: 'The caller no longer stands.',
    fix: 'Seal while the request of that caller is handled, not later.',
  },
  SUBJECT_MISSING: {
    sentence: 'The caller acts for nobody.',
    fix: 'Leave onBehalfOf out: the message is then that of this service itself.',
  },
  SCOPE_WIDENED: {
    sentence: 'The caller does not have a scope that the message shall have.',
    fix: 'Ask for scopes of that caller only.',
  },
  TENANT_CHANGED: {
    sentence: 'The message shall have another tenant than the caller has.',
    fix: 'Leave tenant out: it is that of the caller.',
  },
  ACTORS_TOO_MANY: {
    sentence: 'The chain of actors is too long.',
    fix: 'Shorten the chain of calls; eight actors is the ceiling.',
  },
  SEAL_TOO_LONG: {
    sentence: 'The seal is too long.',
    fix: 'Use shorter ids, fewer scopes and fewer audiences.',
  },
} as const satisfies Readonly<Record<string, { readonly sentence: string; readonly fix: string }>>;

/** A code of the table. */
export type SealFaultCode = keyof typeof sealFaults;

/** Thrown when a message cannot be sealed. It quotes nothing of the caller. */
export class SealFault extends Error {
  override readonly name = 'SealFault';
  readonly code: SealFaultCode;
  readonly fix: string;

  constructor(code: SealFaultCode) {
    const { sentence, fix } = sealFaults[code];
    super(`${sentence} ${fix} (${code})`);
    this.code = code;
    this.fix = fix;
  }
}
