/**
 * JWT-SVIDs as client assertions (draft-ietf-oauth-spiffe-client-auth §3.1). `oidc-provider` does not know them, and
 * demands of assertions what SVIDs do not have (`iss`, `jti`). So the SVID is verified here, and the server gets the same
 * request with a secret that nobody else knows, or with one that is none.
 */
import type { IncomingMessage } from 'node:http';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { IssuerSetup } from './issuer-setup.ts';
import { bodyOf, replayRequest } from './replay-request.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-spiffe';
const types: readonly unknown[] = [undefined, 'JWT', 'JOSE'];
const noSecret = 'none';

/** Makes the translation of requests. */
export function svidAssertions({ issuer, clients, clock, jwtSvids, svidSecret }: IssuerSetup) {
  async function isProven(assertion: string, id: string): Promise<boolean> {
    // Keys of JWT-SVIDs have a use of their own, which is not that of JWKS elsewhere.
    const keys = (jwtSvids?.bundle.keys ?? []).map(({ use: _use, ...key }) => key as never);
    try {
      const options = { subject: id, audience: issuer, currentDate: new Date(clock.seconds() * 1000) };
      const { payload, protectedHeader } = await jwtVerify(assertion, createLocalJWKSet({ keys }), options);
      const { exp, aud } = payload;
      const isForUsAlone = !Array.isArray(aud) || aud.length === 1;
      return isForUsAlone && exp !== undefined && types.includes(protectedHeader.typ);
    } catch {
      return false;
    }
  }

  return async (request: IncomingMessage): Promise<IncomingMessage> => {
    if (jwtSvids === undefined || request.method !== 'POST') return request;
    const body = await bodyOf(request);
    const form = new URLSearchParams(body.toString('utf8'));
    if (form.get('client_assertion_type') !== assertionType) return replayRequest(request, body);
    const client = clients.find(({ clientId }) => clientId === form.get('client_id'));
    const id = client?.spiffeId;
    const proven = id !== undefined && (await isProven(form.get('client_assertion') ?? '', id));
    form.delete('client_assertion_type');
    form.delete('client_assertion');
    form.set('client_secret', proven ? svidSecret : noSecret);
    return replayRequest(request, Buffer.from(form.toString(), 'utf8'));
  };
}
