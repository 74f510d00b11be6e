/** What the issuer of the demo knows: its clients with their proofs, the services, and who may act for users where. */
import { randomBytes } from 'node:crypto';
import { Secret } from '@countersign/core';
import type { ExchangeRule, TestClient, TestIssuerOptions, TestResource } from '@countersign/testing';
import { audienceOf, cast, roleNames, serviceNames, spiffeIdOf, type RoleName } from './cast.ts';
import { writeKeyPair } from './key-pair-files.ts';
import { identityFiles, writePrivate } from './world-files.ts';

/** A random text, for secrets. */
export function randomText(): string {
  return randomBytes(32).toString('base64url');
}

/** How a client proves itself. What it needs for that is written into its directory. */
function proofOf(directory: string, name: RoleName): Partial<TestClient> {
  const files = identityFiles(directory, name);
  const { proves } = cast[name];
  // Its tokens are bound to the certificate that it showed: nobody else can use them.
  if (proves === 'certificate') return { certificateName: { uri: spiffeIdOf(name) }, certificateBound: true };
  if (proves === 'key') return { publicJwk: writeKeyPair(files.clientKey) };
  const secret = randomText();
  writePrivate(files.clientSecret, secret);
  return { clientSecret: new Secret(secret) };
}

function clientsIn(directory: string): TestClient[] {
  return roleNames.flatMap((name): TestClient[] => {
    const { proves, asks = [], offers, opaque } = cast[name];
    if (proves === undefined) return [];
    return [
      {
        clientId: name,
        ...proofOf(directory, name),
        scopes: asks,
        ...(offers !== undefined && { audiences: [audienceOf(name)] }),
        ...(opaque === true && { introspects: [audienceOf(name)] }),
      },
    ];
  });
}

function rules(): ExchangeRule[] {
  return roleNames.flatMap((actor) =>
    Object.entries(cast[actor].actsAt ?? {}).map(([service, within]) => ({
      actor,
      audience: audienceOf(service as RoleName),
      scopes: Object.keys(within),
      within,
    })),
  );
}

/** The options of the issuer. */
export function issuerPolicy(directory: string): Pick<TestIssuerOptions, 'clients' | 'resources' | 'exchange'> {
  const resources = serviceNames.map((name): TestResource => {
    const { offers = [], opaque } = cast[name];
    return { audience: audienceOf(name), scopes: offers, ...(opaque === true && { tokenFormat: 'opaque' }) };
  });
  return {
    clients: clientsIn(directory) as [TestClient, ...TestClient[]],
    resources: resources as [TestResource, ...TestResource[]],
    exchange: rules(),
  };
}
