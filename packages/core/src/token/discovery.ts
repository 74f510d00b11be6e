/**
 * Where an issuer publishes its keys: the metadata document of OpenID Connect Discovery §4 or RFC 8414 §3. The
 * document must state the configured issuer to the letter, and name a JWKS of the same origin or of a listed one;
 * otherwise one issuer could speak for another.
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

function mistaken(issuer: string, problem: string): LocatedKeys {
  const mistake = new ConfigurationError('accessToken', [
    {
      code: 'CONFIG_DISCOVERY_REFUSED',
      option: `issuer ${issuer}`,
      problem,
      fix: 'correct the issuer, set jwksUri yourself, or list the origin of the keys in jwksOrigins',
    },
  ]);
  return { ok: false, problem, mistake };
}

/** Finds the JWKS of an issuer. Never throws. The signal ends the search. */
export async function locateKeys(
  record: IssuerRecord,
  runtime: Pick<Runtime, 'clock' | 'fetch'>,
  signal: AbortSignal,
): Promise<LocatedKeys> {
  const { issuer, jwksUri, jwksOrigins, allowHttp } = record;
  const httpAllowed = allowHttp !== undefined && isWaiverInForce(allowHttp, runtime.clock.now());
  if (!httpAllowed && [issuer, jwksUri].some((url) => url?.startsWith('http:') === true)) {
    return { ok: false, problem: 'the waiver for plain http has ended' };
  }
  const until = httpAllowed ? { until: waiverEndsAt(allowHttp) } : {};
  if (jwksUri !== undefined) return { ok: true, url: jwksUri, ...until };
  const fetched = await boundedFetchJson(metadataUrl(record), { fetch: runtime.fetch, signal });
  if (!fetched.ok) return { ok: false, problem: `metadata: ${fetched.problem}` };
  const document = parseStrictJson(fetched.text);
  if (!document.ok) return { ok: false, problem: `the metadata ${document.problem}` };
  const { issuer: stated, jwks_uri: url } = document.value;
  if (stated !== issuer) return mistaken(issuer, 'the metadata states another issuer');
  if (typeof url !== 'string' || !URL.canParse(url)) return mistaken(issuer, 'the metadata names no jwks_uri');
  const { origin, protocol } = new URL(url);
  if (protocol !== 'https:' && !(httpAllowed && protocol === 'http:')) {
    return mistaken(issuer, 'the metadata names a jwks_uri without https');
  }
  if (origin !== new URL(issuer).origin && !jwksOrigins.includes(origin)) {
    return mistaken(issuer, 'the metadata names a jwks_uri of a foreign origin');
  }
  return { ok: true, url, ...until };
}
