/**
 * What is asked of a client authentication when the authorization server did not take its proof, before the same request
 * is sent a second time.
 */
import type { ClientAuthentication } from './client-authentication.ts';

/** Whether the next proof for this issuer may differ from the refused one. Never rejects: what `renew` throws may hold a secret. */
export async function renewClientProof(authentication: ClientAuthentication, issuer: string): Promise<boolean> {
  try {
    return (await authentication.renew?.(issuer)) === true;
  } catch {
    return false;
  }
}
