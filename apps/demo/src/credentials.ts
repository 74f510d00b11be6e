/**
 * The credentials of the demo's workloads, as they lie in their files or come from the issuer. Tokens are asked for by
 * hand, with the proofs that the workloads have: what is sent here is what an attacker with those files could send.
 */
import { readFileSync } from 'node:fs';
import { rawRequest } from '@countersign/testing';
import { alice, audienceOf, cast, type RoleName } from '@countersign/trust-world-app/cast';
import { clientProofOf } from '@countersign/trust-world-app/client-proof';
import { identityFiles, worldFiles } from '@countersign/trust-world-app/world-files';
import { oauthClientOf } from '@countersign/trust-world-app/write-settings';
import type { KeyPair } from './call.ts';
import type { RunningWorld } from './running-world.ts';
import type { ScenarioMaterial } from './step.ts';

const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';

/** The certificate and key of a workload. */
function keyPairOf({ directory }: RunningWorld, name: RoleName): KeyPair {
  const files = identityFiles(directory, name);
  return { certificatePem: readFileSync(files.certificate, 'utf8'), keyPem: readFileSync(files.key, 'utf8') };
}

/** A token request of a workload, with its proof. */
async function tokenRequest(world: RunningWorld, name: RoleName, parameters: Readonly<Record<string, string>>) {
  const { tokenEndpoint: url, issuer } = world.description;
  const client = oauthClientOf(world.directory, name);
  if (client === undefined) throw new Error(`${name} is no client of the issuer.`);
  const headers = new Headers();
  const body = new URLSearchParams(parameters);
  await clientProofOf(client).prove({ url, issuer, headers, body, now: Date.now() });
  return { url, form: body.toString(), headers: [...headers] };
}

async function tokenOf(world: RunningWorld, name: RoleName, parameters: Readonly<Record<string, string>>) {
  const request = await tokenRequest(world, name, parameters);
  const identity = cast[name].proves === 'certificate' ? { identity: keyPairOf(world, name) } : {};
  const { body } = await rawRequest({ ...request, ...identity, method: 'POST', ca: world.ca });
  const { access_token: token } = JSON.parse(body) as { readonly access_token?: string };
  if (token === undefined) throw new Error(`The issuer gave ${name} no token: ${body}`);
  return token;
}

/** The token that the storefront has after Alice has logged in. */
export function aliceToken({ logIn }: RunningWorld, format: 'opaque' | 'jwt' = 'opaque'): Promise<string> {
  const { subject, scopes } = alice;
  return logIn({ subject, scopes, format, clientId: 'storefront', audience: audienceOf('gateway') });
}

/** The parameters of an exchange (RFC 8693 §2.1). */
function exchangeOf(token: string, service: RoleName, scope: string): Readonly<Record<string, string>> {
  return {
    grant_type: exchangeGrant,
    subject_token: token,
    subject_token_type: accessTokenType,
    resource: audienceOf(service),
    scope,
  };
}

/** Everything the scenario sends. */
export async function scenarioMaterial(world: RunningWorld): Promise<ScenarioMaterial> {
  const own = (name: RoleName, scope: string): Promise<string> =>
    tokenOf(world, name, { grant_type: 'client_credentials', resource: audienceOf('inventory'), scope });
  const [token, aliceReadable] = await Promise.all([aliceToken(world), aliceToken(world, 'jwt')]);
  const exchanged = (service: RoleName, scope: string) => tokenOf(world, 'gateway', exchangeOf(token, service, scope));
  const aliceAtOrders = await exchanged('orders', 'orders:write');
  const byHand = async (subject: string, service: RoleName, scope: string): Promise<string> =>
    (await tokenRequest(world, 'gateway', exchangeOf(subject, service, scope))).form;
  return {
    origins: world.origins,
    tokenEndpoint: world.description.tokenEndpoint,
    identities: {
      storefront: keyPairOf(world, 'storefront'),
      gateway: keyPairOf(world, 'gateway'),
      orders: keyPairOf(world, 'orders'),
      reporting: keyPairOf(world, 'reporting'),
    },
    tokens: {
      alice: token,
      aliceReadable,
      aliceAtOrders,
      aliceAtAnalytics: await exchanged('analytics', 'analytics:read'),
      gateway: await own('gateway', 'inventory:read'),
      ordersReadOnly: await own('orders', 'inventory:read'),
      reporting: await own('reporting', 'inventory:read'),
      expired: readFileSync(worldFiles(world.directory).expiredToken, 'utf8'),
    },
    exchanges: {
      beyondAlice: await byHand(token, 'analytics', 'analytics:write'),
      ofAnotherService: await byHand(aliceAtOrders, 'analytics', 'analytics:read'),
    },
  };
}
