/**
 * The names in an OAuth access token: the caller is the outermost actor (RFC 8693 §4.1) if there is one, and the
 * client otherwise; `sub` is a subject of its own when it does not name the caller again (RFC 9068 §5).
 */
import { accept, refuse, type Outcome, type Refusal } from '../errors/outcome.ts';
import { isWorkloadId, oauthWorkloadId } from '../identity/workload-id.ts';
import type { JsonObject } from '../signature/strict-json.ts';
import { callerNameOf } from './caller-name.ts';
import type { IssuerRecord } from './issuer.ts';
import type { TokenIdentity } from './token-identity.ts';

/** What the names are read from. The claim that names the caller is a text. */
export interface OauthNames {
  readonly claims: JsonObject;
  readonly record: Pick<IssuerRecord, 'issuer' | 'callerClaim'> &
    Partial<Pick<IssuerRecord, 'otherCallerClaims' | 'profile'>>;
  readonly actors: readonly string[];
}

/**
 * The issuer speaks for its own names. An actor of another issuer (RFC 8693 §4.1) would be mistaken for the one of this
 * issuer that has the same name.
 */
function judgeActorIssuer(claims: JsonObject, issuer: string): Refusal | undefined {
  const { iss } = (claims['act'] ?? {}) as JsonObject;
  return iss === undefined || iss === issuer
    ? undefined
    : refuse('TOKEN_ISSUER_UNKNOWN', 'act.iss', { expected: issuer });
}

/** Which claim named the client. */
function clientClaimOf(claims: JsonObject, { callerClaim, otherCallerClaims = [] }: OauthNames['record']): string {
  return [callerClaim, ...otherCallerClaims].find((name) => claims[name] !== undefined) ?? callerClaim;
}

/** Reads the names. A token without `sub`, as an introspection may tell of (RFC 7662 §2.2), is for nobody else. */
export function identifyOauthClient({ claims, record, actors }: OauthNames): Outcome<TokenIdentity> {
  const { issuer } = record;
  const named = callerNameOf(claims, record);
  if (!named.ok) return named;
  const clientId = named.value;
  const [actor] = actors;
  const foreign = actor === undefined ? undefined : judgeActorIssuer(claims, issuer);
  if (foreign !== undefined) return foreign;
  const caller = actor ?? clientId;
  const callerClaim = actor === undefined ? clientClaimOf(claims, record) : 'act.sub';
  const workload = oauthWorkloadId(issuer, caller);
  // A caller that no rule can name, because it holds white space or letters that only look like others, is none.
  if (!isWorkloadId(workload)) {
    return refuse('TOKEN_CLAIM_MISSING', callerClaim, {
      expected: 'visible ASCII without white space',
      actual: caller,
    });
  }
  const subject = claims['sub'] as string | undefined;
  const isOwn =
    subject === undefined ||
    subject === caller ||
    (actors.length === 0 && record.profile?.isOwnSubject?.(claims, caller) === true);
  return accept({
    workload,
    trustDomain: issuer,
    callerClaim,
    clientId,
    ...(!isOwn && { subject: { issuer, id: subject } }),
  });
}
