/**
 * Keys that this service signs with. A one-method source, asked for each signature, so that keys can rotate while the
 * service runs.
 */
import type { PrivateKey } from './sign-jws.ts';

/** A key that signs now. */
export interface SigningKey {
  /** Its `kid`, under which the public half is published. */
  readonly keyId: string;
  readonly key: PrivateKey;
}

/** Supplies the key that signs now. */
export interface SigningKeys {
  /** Undefined while there is none, such as before its file was read. */
  find(): SigningKey | undefined;
}
