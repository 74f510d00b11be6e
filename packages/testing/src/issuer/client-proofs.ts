/**
 * What the test issuer demands of a client's proof beyond what `oidc-provider` looks at: the audience of an assertion is
 * this issuer and nothing else (RFC 7523bis §4), its life is short, and its time is that of the issuer's clock. Of a
 * certificate, exactly one name counts.
 */
import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { errors } from 'oidc-provider';
import type { IssuerSetup } from './issuer-setup.ts';

/** The certificate that came with a request. */
export function certificateOf(request: IncomingMessage): X509Certificate | undefined {
  return (request.socket as TLSSocket).getPeerX509Certificate();
}

/** Whether the authority of the server has issued it. A resumed session shows none, and proves none here. */
export function isCertificateVerified(request: IncomingMessage): boolean {
  return (request.socket as TLSSocket).authorized && certificateOf(request) !== undefined;
}

const nameKinds: Readonly<Record<string, string>> = {
  tls_client_auth_san_uri: 'URI',
  tls_client_auth_san_dns: 'DNS',
};

/** Whether the certificate carries the registered name. */
export function carriesName(request: IncomingMessage, property: string, expected: string): boolean {
  const names = certificateOf(request)?.subjectAltName?.split(', ') ?? [];
  return names.includes(`${nameKinds[property] ?? 'none'}:${expected}`);
}

type Claims = Readonly<Record<string, unknown>>;

const longestLifeSeconds = 300;
const toleranceSeconds = 5;

function isFuture(date: unknown, now: number): boolean {
  return date !== undefined && !(typeof date === 'number' && date <= now + toleranceSeconds);
}

/** What is wrong with an assertion whose signature is good. */
function problemOf({ aud, exp, nbf, iat }: Claims, issuer: string, now: number): string | undefined {
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (audiences.length !== 1 || audiences[0] !== issuer) return 'aud must be the issuer identifier alone';
  if (typeof exp !== 'number' || exp <= now) return 'exp has passed';
  if (exp > now + longestLifeSeconds + toleranceSeconds) return `exp is more than ${longestLifeSeconds} s away`;
  return isFuture(nbf, now) || isFuture(iat, now) ? 'nbf or iat is still to come' : undefined;
}

const assertionTypes: readonly unknown[] = [undefined, 'JWT', 'client-authentication+jwt'];

/** Makes the check of assertions. */
export function assertionCheck({ issuer, clock }: IssuerSetup, { InvalidClientAuth }: typeof errors) {
  return (_context: unknown, claims: Claims, header: Claims): void => {
    const typeProblem = assertionTypes.includes(header['typ']) ? undefined : 'typ is another one';
    const problem = typeProblem ?? problemOf(claims, issuer, clock.seconds());
    if (problem !== undefined) throw new InvalidClientAuth(problem);
  };
}
