/**
 * Where an issuer publishes its keys, and where it answers questions about tokens: the metadata document of OpenID
 * Connect Discovery §4 or RFC 8414 §3. The document must state the configured issuer to the letter, and name addresses
 * of the same origin or of a listed one; otherwise one issuer could speak for another, or get our credentials.
 */
import { ConfigurationError } from '../errors/configuration-error.ts';
import { isWaiverInForce, waiverEndsAt } from '../errors/waiver.ts';
import { boundedFetchJson } from '../runtime/bounded-fetch.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { LocatedKeys } from '../signature/locate-keys.ts';
import { parseStrictJson } from '../signature/strict-json.ts';
import type { IssuerRecord } from './issuer.ts';

/** Address of the metadata document. OpenID appends its path to the issuer; RFC 8414 inserts it after the host. */
export function metadataUrl({ issuer, discovery }: Pick<IssuerRecord, 'issuer' | 'discovery'>): string {
  const url = new URL(issuer);
  const path = url.pathname === '/' ? '' : url.pathname.replace(/\/$/, '');
  return discovery === 'openid'
    ? `${url.origin}${path}/.well-known/openid-configuration`
    : `${url.origin}/.well-known/oauth-authorization-server${path}`;
}

type Surroundings = Pick<Runtime, 'clock' | 'fetch'>;

/** What is looked for, and what the operator said about it. */
interface Wanted {
  readonly member: 'jwks_uri' | 'introspection_endpoint';
  /** The address, when the operator gave it. */
  readonly given: string | undefined;
  /** Other origins that the metadata may name. */
  readonly origins: readonly string[];
  /** What the operator does about metadata that are refused. */
  readonly fix: string;
}

function mistaken(issuer: string, problem: string, fix: string): LocatedKeys {
  const mistake = new ConfigurationError('accessToken', [
    {
      code: 'CONFIG_DISCOVERY_REFUSED',
      option: `issuer ${issuer}`,
      problem,
      fix,
    },
  ]);
  return { ok: false, problem, mistake };
}

/** Finds the JWKS of an issuer. Never throws. The signal ends the search. */
export function locateKeys(record: IssuerRecord, runtime: Surroundings, signal: AbortSignal): Promise<LocatedKeys> {
  const fix = 'correct the issuer, set jwksUri yourself, or list the origin of the keys in jwksOrigins';
  const { jwksUri: given, jwksOrigins: origins } = record;
  return locate({ member: 'jwks_uri', given, origins, fix }, record, { ...runtime, signal });
}

/** Finds the introspection endpoint of an issuer (RFC 8414 §2). Never throws. The signal ends the search. */
export function locateIntrospection(
  record: IssuerRecord,
  runtime: Surroundings,
  signal: AbortSignal,
): Promise<LocatedKeys> {
  const fix = 'correct the issuer, set introspection.endpoint yourself, or list its origin in introspection.origins';
  const { endpoint: given, origins = [] } = record.introspection ?? {};
  return locate({ member: 'introspection_endpoint', given, origins, fix }, record, { ...runtime, signal });
}

async function locate(
  { member, given, origins, fix }: Wanted,
  record: IssuerRecord,
  { clock, fetch, signal }: Surroundings & { readonly signal: AbortSignal },
): Promise<LocatedKeys> {
  const { issuer, allowHttp } = record;
  const httpAllowed = allowHttp !== undefined && isWaiverInForce(allowHttp, clock.now());
  if (!httpAllowed && [issuer, given].some((url) => url?.startsWith('http:') === true)) {
    return { ok: false, problem: 'the waiver for plain http has ended' };
  }
  const until = httpAllowed ? { until: waiverEndsAt(allowHttp) } : {};
  if (given !== undefined) return { ok: true, url: given, ...until };
  const fetched = await boundedFetchJson(metadataUrl(record), { fetch, signal });
  if (!fetched.ok) return { ok: false, problem: `metadata: ${fetched.problem}` };
  const document = parseStrictJson(fetched.text);
  if (!document.ok) return { ok: false, problem: `the metadata ${document.problem}` };
  const { issuer: stated, [member]: url } = document.value;
  if (stated !== issuer) {
    // What they state is not quoted: whoever answers there would write into our log.
    const look = `compare issuer with that in ${metadataUrl(record)}: it must be the same to the letter, slash included`;
    return mistaken(issuer, 'the metadata states another issuer', look);
  }
  if (typeof url !== 'string' || !URL.canParse(url)) {
    return mistaken(issuer, `the metadata names no ${member}`, fix);
  }
  const { origin, protocol } = new URL(url);
  if (protocol !== 'https:' && !(httpAllowed && protocol === 'http:')) {
    return mistaken(issuer, `the metadata names a ${member} without https`, fix);
  }
  if (origin !== new URL(issuer).origin && !origins.includes(origin)) {
    return mistaken(issuer, `the metadata names a ${member} of a foreign origin`, fix);
  }
  return { ok: true, url, ...until };
}
