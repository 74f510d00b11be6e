/**
 * Bound service-account tokens of Kubernetes, verified offline: the names in `sub` and in the claim `kubernetes.io`
 * must agree, a token past its `warnafter` no longer counts although its `exp` was stretched by a year, and one for
 * the API server is none for us. Nobody notices here that a pod or an account was deleted: keep lives short.
 */
import { accept, refuse, type Outcome, type Refusal } from '../errors/outcome.ts';
import type { JsonObject, JsonValue } from '../signature/strict-json.ts';
import type { IssuerRecord } from './issuer.ts';
import type { TokenProfile } from './profile.ts';
import type { Identify } from './token-identity.ts';

/** What tokens that never expire carry in `iss`. */
export const legacyIssuer = 'kubernetes/serviceaccount';
const legacyPrefix = 'kubernetes.io/serviceaccount/';

// A namespace is a DNS label, the name of an account a DNS subdomain: so neither can hold a colon or a slash.
const namespaceName = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const accountName = /^[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?$/;

/** Audiences of the API server, beside its issuer. */
const apiServerAudiences = ['https://kubernetes.default.svc', 'https://kubernetes.default.svc.cluster.local'];

interface Account {
  readonly namespace: string;
  readonly name: string;
}

function objectIn(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

function accountOf(claims: JsonObject): Outcome<Account> {
  const bound = objectIn(claims['kubernetes.io']);
  const { namespace } = bound ?? {};
  const { name, uid } = objectIn(bound?.['serviceaccount']) ?? {};
  if (typeof namespace !== 'string' || !namespaceName.test(namespace)) {
    return refuse('TOKEN_CLAIM_MISSING', 'kubernetes.io.namespace', { expected: 'the name of a namespace' });
  }
  if (typeof name !== 'string' || !accountName.test(name) || typeof uid !== 'string' || uid === '') {
    return refuse('TOKEN_CLAIM_MISSING', 'kubernetes.io.serviceaccount', { expected: 'name and uid of the account' });
  }
  const expected = `system:serviceaccount:${namespace}:${name}`;
  if (claims['sub'] !== expected) {
    return refuse('TOKEN_CLAIM_MISSING', 'sub', { expected, actual: claims['sub'] as string });
  }
  return accept({ namespace, name });
}

function judge(claims: JsonObject, record: IssuerRecord): Refusal | undefined {
  if (Object.keys(claims).some((claim) => claim.startsWith(legacyPrefix))) {
    return refuse('TOKEN_LEGACY_SERVICE_ACCOUNT', 'claims', { expected: 'a bound token' });
  }
  const { aud } = claims;
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  for (const known of [record.issuer, ...apiServerAudiences]) {
    if (!audiences.includes(known) || record.audience?.includes(known) === true) continue;
    return refuse('TOKEN_AUDIENCE_MISMATCH', 'aud', { expected: 'no audience of the API server', actual: known });
  }
  const warnAfter = objectIn(claims['kubernetes.io'])?.['warnafter'];
  if (warnAfter !== undefined && !(Number.isInteger(warnAfter) && Number(warnAfter) > 0)) {
    return refuse('TOKEN_CLAIM_MISSING', 'kubernetes.io.warnafter', { expected: 'whole seconds since 1970' });
  }
  return undefined;
}

const identify: Identify = ({ claims, record }) => {
  const account = accountOf(claims);
  if (!account.ok) return account;
  const { namespace, name } = account.value;
  return accept({
    workload: `k8s:${record.cluster}/${namespace}/${name}`,
    trustDomain: record.issuer,
    callerClaim: 'sub',
    clientId: undefined,
  });
};

export const kubernetesProfile: TokenProfile = {
  name: 'kubernetes',
  types: ['jwt', 'application/jwt'],
  typeOptional: true,
  requiredTexts: ['iss', 'sub'],
  callerClaims: ['sub'],
  scopeClaim: 'scope',
  grants: false,
  maxLifetimeSeconds: 3_600,
  algorithms: ['RS256', 'ES256', 'ES384', 'ES512'],
  relaxes: [],
  judge,
  endsEarly: (claims) => objectIn(claims['kubernetes.io'])?.['warnafter'] as number | undefined,
  identify,
};
