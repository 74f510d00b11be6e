/**
 * JWT-SVIDs as the credentials of a client (`credentials` of `createServiceClient`). It has the shape of a credential
 * source of `@countersign/client` and does not depend on it.
 */
import { FaultCollector, type MaybePromise, type Secret } from '@countersign/core';
import type { JwtSource } from './create-jwt-source.ts';

/** Options of `jwtSvid`. */
export interface JwtSvidOptions {
  readonly source: Pick<JwtSource, 'jwtSvid' | 'reject'>;
  /** What the service expects in `aud`. Default: the `audience` of the client. */
  readonly audience?: string;
}

/** A credential to send. One object per token. */
export interface JwtSvidCredential {
  readonly scheme: 'Bearer';
  readonly token: Secret;
}

/** Supplies JWT-SVIDs to a client. */
export interface JwtSvidCredentials {
  bind(runtime: { readonly audience: string }): {
    credential(request: { readonly rejected?: JwtSvidCredential }): MaybePromise<JwtSvidCredential>;
  };
}

/**
 * Makes the credentials. The source is shared, and closed by whoever made it.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function jwtSvid(options: JwtSvidOptions): JwtSvidCredentials {
  const faults = new FaultCollector('jwtSvid');
  faults.onlyKnown(options ?? {}, ['source', 'audience']);
  const { source, audience: own } = options ?? {};
  if (typeof source?.jwtSvid !== 'function') {
    faults.add('CONFIG_MISSING', 'source', 'is not a JWT source', 'pass createJwtSource()');
  }
  if (own !== undefined && (typeof own !== 'string' || own === '')) {
    faults.add('CONFIG_INVALID', 'audience', 'names no audience', 'write the exact text that the service expects');
  }
  faults.throwIfAny();
  return Object.freeze<JwtSvidCredentials>({
    bind: (runtime) => {
      const audience = own ?? runtime.audience;
      // The client compares credentials by identity.
      const made = new WeakMap<Secret, JwtSvidCredential>();
      const credentialOf = ({ token }: { readonly token: Secret }): JwtSvidCredential => {
        const credential = made.get(token) ?? Object.freeze({ scheme: 'Bearer' as const, token });
        made.set(token, credential);
        return credential;
      };
      return {
        credential: ({ rejected }) => {
          if (rejected !== undefined) source.reject({ token: rejected.token, audience: [audience] });
          const svid = source.jwtSvid(audience);
          return svid instanceof Promise ? svid.then(credentialOf) : credentialOf(svid);
        },
      };
    },
  });
}
