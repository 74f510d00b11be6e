/** A small world for the tests of the issuer: a gateway, orders and payments, with users in front of them. */
import { Secret } from '@countersign/core';
import { trustingFetch } from '../trusting-fetch.ts';
import type { PemIdentity } from '../raw-request.ts';
import type { TestIssuer } from './test-issuer.ts';

export const gateway = 'https://gateway.test';
export const orders = 'https://orders.test';
export const payments = 'https://payments.test';
export const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';

/** The secret of a client. */
export function secretOf(clientId: string): Secret {
  return new Secret(`secret-of-${clientId}`);
}

/** What the token endpoint is asked. */
export interface AskedToken {
  readonly path?: string;
  /** Proves itself with its secret; absent: with none. */
  readonly client?: string;
  readonly identity?: PemIdentity;
  readonly dpop?: string;
  readonly form: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** What it answered. */
export interface ToldToken {
  readonly status: number;
  readonly headers: Headers;
  readonly access_token: string;
  readonly error?: string;
  readonly [member: string]: unknown;
}

/** Asks the token endpoint, or another one that takes forms. */
export async function askIssuer(issuer: TestIssuer, asked: AskedToken): Promise<ToldToken> {
  const { path = '/token', client, identity, dpop, form } = asked;
  const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' });
  if (client !== undefined) {
    headers.set('authorization', `Basic ${Buffer.from(`${client}:secret-of-${client}`).toString('base64')}`);
  }
  if (dpop !== undefined) headers.set('dpop', dpop);
  const body = new URLSearchParams();
  for (const [name, values] of Object.entries(form)) {
    for (const value of [values ?? []].flat()) body.append(name, value);
  }
  const fetch = trustingFetch({ ca: issuer.caPem, ...(identity !== undefined && { identity }) });
  const answer = await fetch(`${issuer.issuer}${path}`, { method: 'POST', headers, body: body.toString() });
  return { status: answer.status, headers: answer.headers, ...((await answer.json()) as { access_token: string }) };
}
