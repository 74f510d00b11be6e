/**
 * Client authentication with a JWT-SVID (draft-ietf-oauth-spiffe-client-auth §3.1): the platform vouches for this
 * workload, and there is no key or secret to register. The SVID is asked for with the issuer identifier as its only
 * audience, so that no other server can use it.
 */
import { FaultCollector } from '../errors/configuration-error.ts';
import type { MaybePromise } from '../errors/outcome.ts';
import type { Secret } from '../errors/secret.ts';
import { whenKnown } from '../errors/when-known.ts';
import type { ClientAuthentication } from './client-authentication.ts';
import { checkClientId } from './client-id.ts';

/** A JWT-SVID of this workload. */
export interface OwnJwtSvid {
  readonly token: Secret;
}

/** Supplies JWT-SVIDs of this workload: `createJwtSource` of @countersign/spiffe, or your own. */
export interface JwtSvidSource {
  /** The JWT-SVID for this audience. Throws or rejects when there is none. */
  jwtSvid(audience: string): MaybePromise<OwnJwtSvid>;
  /** Told that the server of this audience refused this one. Without it a refused JWT-SVID is not replaced before its end. */
  reject?(svid: OwnJwtSvid & { readonly audience: readonly string[] }): void;
}

/** Options of `jwtSvidAssertion`. */
export interface JwtSvidAssertionOptions {
  /** The id under which the authorization server knows this service: as a rule its SPIFFE ID. */
  readonly clientId: string;
  readonly source: JwtSvidSource;
  /** `jwt-bearer` for servers that know JWT-SVIDs as ordinary assertions only. Default `jwt-spiffe`. */
  readonly assertionType?: 'jwt-spiffe' | 'jwt-bearer';
}

const known = ['clientId', 'source', 'assertionType'];
const prefix = 'urn:ietf:params:oauth:client-assertion-type:';

/**
 * Proves this service with its JWT-SVID.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function jwtSvidAssertion(options: JwtSvidAssertionOptions): ClientAuthentication {
  const faults = new FaultCollector('jwtSvidAssertion');
  const given: Partial<JwtSvidAssertionOptions> = options ?? {};
  const { source, assertionType = 'jwt-spiffe' } = given;
  faults.onlyKnown(given, known);
  checkClientId(faults, given.clientId);
  if (typeof source?.jwtSvid !== 'function') {
    faults.add(
      'CONFIG_MISSING',
      'source',
      'is no source of JWT-SVIDs',
      'pass createJwtSource() of @countersign/spiffe',
    );
  }
  if (assertionType !== 'jwt-spiffe' && assertionType !== 'jwt-bearer') {
    faults.add('CONFIG_INVALID', 'assertionType', 'is not understood', 'write "jwt-spiffe" or "jwt-bearer"');
  }
  faults.throwIfAny();
  const { clientId } = options;
  const svids = source as JwtSvidSource;
  /** By issuer: a client authentication may serve several. */
  const sent = new Map<string, Secret>();
  return Object.freeze<ClientAuthentication>({
    clientId,
    prove: ({ body, issuer }) =>
      whenKnown(svids.jwtSvid(issuer), ({ token }) => {
        sent.set(issuer, token);
        body.set('client_id', clientId);
        body.set('client_assertion_type', `${prefix}${assertionType}`);
        body.set('client_assertion', token.expose());
      }),
    ...(typeof svids.reject === 'function' && {
      renew: (issuer: string) => {
        const refused = sent.get(issuer);
        if (refused === undefined) return false;
        svids.reject?.({ token: refused, audience: [issuer] });
        return whenKnown(svids.jwtSvid(issuer), ({ token }) => token !== refused);
      },
    }),
  });
}
