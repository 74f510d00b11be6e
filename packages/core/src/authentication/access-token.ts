/**
 * JWT access tokens (RFC 9068) as bearer tokens (RFC 6750), or bound to the client certificate (RFC 8705 §3).
 */
import { thumbprintOf } from '../certificate/thumbprint.ts';
import type { RequestFacts } from '../credential/request-facts.ts';
import { FaultCollector } from '../errors/configuration-error.ts';
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import type { Waiver } from '../errors/waiver.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import { checkIssuer, type IssuerOptions, type IssuerRecord } from '../token/issuer.ts';
import { createTokenVerifier, type JudgedToken } from '../token/token-verifier.ts';
import { createTrusts } from '../token/trusts.ts';
import type { Authenticator } from './authenticator.ts';
import { judgeSenderConstraint } from './sender-constraint.ts';

/** One issuer, or several, each with its own keys, algorithms and audience. */
export type AccessTokenOptions = IssuerOptions | { readonly issuers: readonly [IssuerOptions, ...IssuerOptions[]] };

/**
 * Accepts JWT access tokens.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function accessToken(options: AccessTokenOptions): Authenticator {
  const records = checkIssuers(options);
  const waivers: Record<string, Waiver> = {};
  for (const { issuer, allowHttp } of records) {
    if (allowHttp !== undefined) waivers[`allowHttp(${issuer})`] = allowHttp;
  }
  return Object.freeze<Authenticator>({
    name: 'access-token',
    credentials: ['bearer-token'],
    waivers: Object.freeze(waivers),
    bind: (runtime) => {
      const verifier = createTokenVerifier(createTrusts(records, runtime), runtime);
      return {
        authenticate: (credential, facts) => {
          if (credential.kind !== 'bearer-token') return refuse('CREDENTIAL_UNSUPPORTED', 'kind');
          const judged = verifier.verify(credential.token.expose());
          return judged instanceof Promise ? judged.then((late) => identityOf(late, facts)) : identityOf(judged, facts);
        },
        ready: () => verifier.ready(),
        close: () => verifier.close(),
      };
    },
  });
}

function checkIssuers(options: AccessTokenOptions): readonly IssuerRecord[] {
  const faults = new FaultCollector('accessToken');
  if (typeof options !== 'object' || options === null) {
    faults.add('CONFIG_MISSING', 'options', 'are not an object', 'pass { issuer: "https://…" }');
    faults.throwIfAny();
  }
  if (!('issuers' in options)) {
    const record = checkIssuer(options, faults, '');
    faults.throwIfAny();
    return [record];
  }
  faults.onlyKnown(options, ['issuers']);
  const { issuers } = options;
  if (!Array.isArray(issuers) || issuers.length === 0) {
    faults.add('CONFIG_MISSING', 'issuers', 'is empty', 'name at least one issuer');
    faults.throwIfAny();
  }
  const records = issuers.map((one, index) => checkIssuer(one, faults, `issuers[${index}].`));
  const names = new Set(records.map(({ issuer }) => issuer));
  if (names.size < records.length)
    faults.add('CONFIG_CONFLICT', 'issuers', 'names an issuer twice', 'write one record per issuer');
  faults.throwIfAny();
  return records;
}

/** The certificate counts for a binding only when the TLS layer proved possession of its key. */
function provenThumbprintOf({ peerCertificate }: RequestFacts): string | undefined {
  return peerCertificate?.tlsAuthorized === true ? thumbprintOf(peerCertificate.chain[0]) : undefined;
}

/** What the token proves, once the request has proven the keys that the token is bound to. */
function identityOf(judged: Outcome<JudgedToken>, facts: RequestFacts): Outcome<VerifiedIdentity> {
  if (!judged.ok) return judged;
  const { record, token, type, algorithm, keyId } = judged.value;
  const { workload, trustDomain, clientId, subject } = token.identity;
  const binding = judgeSenderConstraint(token.confirmation, { certificate: () => provenThumbprintOf(facts) });
  if (!binding.ok) return binding;
  return accept({
    workload,
    trustDomain,
    ...(subject !== undefined && { subject }),
    actors: token.actors,
    scopes: token.scopes,
    roles: token.roles,
    ...(token.tenant !== undefined && { tenant: token.tenant }),
    evidence: {
      kind: 'access-token',
      workload,
      issuer: record.issuer,
      profile: record.profile.name,
      clientId,
      audience: token.audience,
      tokenType: type,
      algorithm,
      keyId,
      jti: token.jti,
      issuedAt: token.issuedAt,
      expiresAt: token.expiresAt,
      binding: binding.value,
      ...(token.acr !== undefined && { acr: token.acr }),
      ...(token.authTime !== undefined && { authTime: token.authTime }),
    },
    // Within the tolerance the token still stands, so the caller does too.
    expiresAt: token.expiresAt + record.clockToleranceSeconds * 1000,
    assurance: binding.value === 'none' ? 'medium' : 'high',
  });
}
