/**
 * Access tokens as bearer tokens (RFC 6750), or bound to the client certificate (RFC 8705 §3): JWTs (RFC 9068), and
 * tokens that the issuer is asked about (RFC 7662).
 */
import { thumbprintOf } from '../certificate/thumbprint.ts';
import type { RequestFacts } from '../credential/request-facts.ts';
import { accept, refuse, type Accepted, type MaybePromise, type Outcome, type Refusal } from '../errors/outcome.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import { withIntrospection } from '../token/introspecting-verifier.ts';
import { createTokenRevocation, type TokenRevocation } from '../token/token-revocation.ts';
import { createTokenVerifier, type JudgedToken } from '../token/token-verifier.ts';
import { createTrusts } from '../token/trusts.ts';
import { checkAccessTokenOptions, type AccessTokenOptions } from './access-token-options.ts';
import type { Authenticator } from './authenticator.ts';
import { identityOfToken } from './identity-of-token.ts';
import { judgeSenderConstraint } from './sender-constraint.ts';

/**
 * Accepts JWT access tokens.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function accessToken(options: AccessTokenOptions): Authenticator {
  const { records, revocation: revocationSettings, waivers } = checkAccessTokenOptions(options);
  return Object.freeze<Authenticator>({
    name: 'access-token',
    credentials: ['bearer-token'],
    authorizationServers: records.map(({ issuer }) => issuer),
    waivers,
    bind: (runtime) => {
      const signed = createTokenVerifier(createTrusts(records, runtime), runtime);
      const verifier = withIntrospection(signed, { records, areAll: true }, runtime);
      const revocation = revocationSettings && createTokenRevocation(revocationSettings, runtime);
      const standing = revocation && standingTokens(revocation);
      const identify = (judged: Outcome<JudgedToken>, facts: RequestFacts): MaybePromise<Outcome<VerifiedIdentity>> => {
        if (!judged.ok) return judged;
        const identity = identityOf(judged.value, facts);
        return identity.ok && standing !== undefined ? standing(judged.value, identity) : identity;
      };
      return {
        authenticate: (credential, facts) => {
          if (credential.kind !== 'bearer-token') return refuse('CREDENTIAL_UNSUPPORTED', 'kind');
          const judged = verifier.verify(credential.token.expose());
          return judged instanceof Promise ? judged.then((late) => identify(late, facts)) : identify(judged, facts);
        },
        recheck: (evidence) => revocation?.recheck(evidence),
        ready: async () => {
          await Promise.all([verifier.ready(), revocationSettings?.store.ready?.()]);
        },
        close: () => verifier.close(),
      };
    },
  });
}

/** The certificate counts for a binding only when the TLS layer proved possession of its key. */
function provenThumbprintOf({ peerCertificate }: RequestFacts): string | undefined {
  return peerCertificate?.tlsAuthorized === true ? thumbprintOf(peerCertificate.chain[0]) : undefined;
}

/** Lets a token through while nothing revokes it, and keeps it in sight for as long as its caller stays. */
function standingTokens(revocation: TokenRevocation) {
  return (judged: JudgedToken, identity: Accepted<VerifiedIdentity>): MaybePromise<Outcome<VerifiedIdentity>> => {
    const conclude = (refusal: Refusal | undefined): Outcome<VerifiedIdentity> => {
      if (refusal !== undefined) return refusal;
      revocation.follow(identity.value.evidence, judged);
      return identity;
    };
    const revoked = revocation.judge(judged);
    return revoked instanceof Promise ? revoked.then(conclude) : conclude(revoked);
  };
}

/** What the token proves, once the request has proven the keys that the token is bound to. */
function identityOf(judged: JudgedToken, facts: RequestFacts): Outcome<VerifiedIdentity> {
  const { confirmation } = judged.token;
  const binding = judgeSenderConstraint(confirmation, { certificate: () => provenThumbprintOf(facts) });
  return binding.ok ? accept(identityOfToken(judged, binding.value)) : binding;
}
