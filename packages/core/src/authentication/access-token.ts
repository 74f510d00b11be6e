/**
 * Access tokens as bearer tokens (RFC 6750), or bound to a key: that of the client certificate (RFC 8705 §3), or that of
 * a DPoP proof (RFC 9449 §7). JWTs (RFC 9068), and tokens that the issuer is asked about (RFC 7662).
 */
import type { BearerToken, CredentialKind, DpopToken } from '../credential/credential.ts';
import type { RequestFacts } from '../credential/request-facts.ts';
import { accept, refuse, type Accepted, type MaybePromise, type Outcome } from '../errors/outcome.ts';
import type { VerifiedIdentity } from '../identity/caller.ts';
import { passSubjectToken } from '../propagation/subject-token.ts';
import type { DpopRecord } from '../token/dpop-options.ts';
import { withIntrospection } from '../token/introspecting-verifier.ts';
import { createSourcedTrusts } from '../token/sourced-trusts.ts';
import type { RevocationJudgement } from '../store/revocation-check.ts';
import { createTokenRevocation, type TokenRevocation } from '../token/token-revocation.ts';
import type { JudgedToken } from '../token/judged-token.ts';
import { createTokenVerifier } from '../token/token-verifier.ts';
import { createTrusts } from '../token/trusts.ts';
import { checkAccessTokenOptions, type AccessTokenOptions } from './access-token-options.ts';
import type { Authenticator } from './authenticator.ts';
import { identityOfToken, uncheckedIdentity } from './identity-of-token.ts';
import { createProofOfPossession } from './proof-of-possession.ts';
import { provenThumbprintOf } from './proven-thumbprint.ts';
import { judgeSenderConstraint } from './sender-constraint.ts';

/**
 * Accepts JWT access tokens.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function accessToken(options: AccessTokenOptions): Authenticator {
  const { records, source, cache, dpop, revocation: revocationSettings, waivers } = checkAccessTokenOptions(options);
  return Object.freeze<Authenticator>({
    name: 'access-token',
    credentials: credentialsOf(dpop),
    ...(dpop !== undefined && { proofAlgorithms: dpop.algorithms }),
    authorizationServers: records.filter(({ profile }) => profile.grants).map(({ issuer }) => issuer),
    waivers,
    bind: (runtime) => {
      const trusts = source === undefined ? createTrusts(records, runtime) : createSourcedTrusts(source, runtime);
      const signed = createTokenVerifier(trusts, runtime, cache);
      const verifier = withIntrospection(signed, { records, areAll: source === undefined, trusts }, runtime);
      const revocation = revocationSettings && createTokenRevocation(revocationSettings, runtime);
      const standing = revocation && standingTokens(revocation);
      const possession = dpop && createProofOfPossession(dpop, runtime);
      const prove = (judged: JudgedToken, { credential, facts }: Presentation): MaybePromise<Identified> => {
        if (credential.kind !== 'dpop-token' || possession === undefined) return unsupported;
        return possession.prove(credential, facts, (key) => identityOf(judged, { credential, facts }, key));
      };
      const stand = (judged: JudgedToken, identity: Identified): MaybePromise<Identified> =>
        identity.ok && standing !== undefined ? standing(judged, identity) : identity;
      // Without closures where nothing is waited for: every request runs it.
      const identify = (judged: Outcome<JudgedToken>, shown: Presentation): MaybePromise<Identified> => {
        if (!judged.ok) return judged;
        const { value } = judged;
        if (shown.credential.kind === 'bearer-token') return stand(value, identityOf(value, shown));
        const identity = prove(value, shown);
        return identity instanceof Promise ? identity.then((late) => stand(value, late)) : stand(value, identity);
      };
      return {
        authenticate: (credential, facts) => {
          if (credential.kind !== 'bearer-token' && credential.kind !== 'dpop-token') return unsupported;
          const judged = verifier.verify(credential.token.expose());
          const shown = { credential, facts };
          return judged instanceof Promise ? judged.then((late) => identify(late, shown)) : identify(judged, shown);
        },
        recheck: (evidence) => revocation?.recheck(evidence),
        ready: async () => {
          await Promise.all([verifier.ready(), possession?.ready(), revocationSettings?.store.ready?.()]);
        },
        close: () => verifier.close(),
      };
    },
  });
}

type Identified = Outcome<VerifiedIdentity>;

interface Presentation {
  readonly credential: BearerToken | DpopToken;
  readonly facts: RequestFacts;
}

const unsupported = refuse('CREDENTIAL_UNSUPPORTED', 'kind');

function credentialsOf(dpop: DpopRecord | undefined): readonly CredentialKind[] {
  if (dpop === undefined) return ['bearer-token'];
  return dpop.required ? ['dpop-token'] : ['bearer-token', 'dpop-token'];
}

/** Lets a token through while nothing revokes it, and keeps it in sight for as long as its caller stays. */
function standingTokens(revocation: TokenRevocation) {
  const conclude = (
    said: RevocationJudgement,
    judged: JudgedToken,
    identity: Accepted<VerifiedIdentity>,
  ): Identified => {
    if (typeof said === 'object') return said;
    const outcome = said === undefined ? identity : accept(uncheckedIdentity(identity.value, { revocation: said }));
    revocation.follow(outcome.value, judged);
    return outcome;
  };
  return (judged: JudgedToken, identity: Accepted<VerifiedIdentity>): MaybePromise<Identified> => {
    const said = revocation.judge(judged);
    return said instanceof Promise
      ? said.then((late) => conclude(late, judged, identity))
      : conclude(said, judged, identity);
  };
}

/** What the token proves, once the request has proven the keys that the token is bound to. */
function identityOf(judged: JudgedToken, { credential, facts }: Presentation, key?: string): Identified {
  const { confirmation } = judged;
  const binding = judgeSenderConstraint(confirmation, { certificate: () => provenThumbprintOf(facts), key });
  if (!binding.ok) return binding;
  const identity = identityOfToken(judged, binding.value, credential.token);
  // Bound to a certificate that is hearsay, the token is worth what a bearer token is.
  if (binding.value !== 'x5t#S256' || facts.forwarded?.isHearsay !== true) return identity;
  const made = Object.freeze<VerifiedIdentity>({ ...identity.value, assurance: 'medium' });
  passSubjectToken(identity.value, made);
  return accept(made);
}
