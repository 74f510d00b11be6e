/** What an instance of the server is made for. The parts that a rotation of keys keeps are the same objects again. */
import type { SigningKey } from '../signing-key.ts';
import type { JwtSvidMinter } from '../spiffe/jwt-svid-minter.ts';
import type { ExchangeRule } from './exchange-policy.ts';
import type { IssuerClock } from './issuer-clock.ts';
import type { IssuerNonces } from './dpop-nonces.ts';
import type { IssuerStore } from './issuer-store.ts';
import type { TestClient, TestResource } from './issuer-options.ts';
import type { IssuerEndpoint } from './outages.ts';

/** What it is made for. */
export interface IssuerSetup {
  readonly issuer: string;
  /** The signing key first. */
  readonly keys: readonly [SigningKey, ...SigningKey[]];
  readonly clients: readonly TestClient[];
  readonly resources: readonly TestResource[];
  readonly exchange: readonly ExchangeRule[];
  readonly tokenLifetimeSeconds: number;
  readonly requireDpopNonce: boolean;
  readonly jwtSvids: Pick<JwtSvidMinter, 'bundle'> | undefined;
  /** What the server is told of clients whose JWT-SVID is good. */
  readonly svidSecret: string;
  readonly clock: IssuerClock;
  readonly store: IssuerStore;
  readonly nonces: IssuerNonces;
  /** Proofs that were used: key and `jti`. */
  readonly usedProofs: Set<string>;
}

/** Path of the introspection endpoint. */
export const introspectionPath = '/token/introspection';

/** Below this path stand the endpoints for clients that show a certificate (RFC 8705 §5). */
export const mtlsPath = '/mtls';

/** The service of that audience. */
export function resourceOf({ resources }: IssuerSetup, audience: string): TestResource | undefined {
  return resources.find((resource) => resource.audience === audience);
}

/** Which endpoint a path is. */
export function endpointOf(path: string): IssuerEndpoint | undefined {
  if (path.startsWith('/.well-known/')) return 'metadata';
  if (path === '/jwks') return 'keys';
  const plain = path.startsWith(`${mtlsPath}/`) ? path.slice(mtlsPath.length) : path;
  if (plain === introspectionPath) return 'introspection';
  return plain === '/token' ? 'token' : undefined;
}
