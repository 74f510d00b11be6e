/**
 * The trust world of the demo: a certificate authority, an issuer, and the identity files of every workload, readable
 * by their owner only. Everything is made anew for each run, and the key of the authority never touches the disk.
 */
import { mkdirSync } from 'node:fs';
import { createTestAuthority, createTestIssuer, type TestAuthority, type TestIssuer } from '@countersign/testing';
import { audienceOf, roleNames, serviceNames, spiffeIdOf, trustDomain, type RoleName } from './cast.ts';
import { issuerPolicy, randomText } from './issuer-policy.ts';
import { writeKeyPair } from './key-pair-files.ts';
import { identityFiles, worldFiles, writePrivate } from './world-files.ts';

/** What everybody may know of the world, as it stands in `world.json`. */
export interface WorldDescription {
  readonly issuer: string;
  readonly tokenEndpoint: string;
}

/** The world at work. */
export interface World {
  readonly issuer: TestIssuer;
  close(): Promise<void>;
}

async function writeIdentity(directory: string, name: RoleName, authority: TestAuthority): Promise<void> {
  const files = identityFiles(directory, name);
  const { certificatePem, keyPem } = await authority.issue({
    id: spiffeIdOf(name),
    // Only for curl, which knows servers by address. Our services look at the SPIFFE ID and at nothing else.
    ...(serviceNames.includes(name) && { ipAddresses: ['127.0.0.1'] }),
    lifetimeSeconds: 86_400,
  });
  writePrivate(files.key, keyPem);
  writePrivate(files.certificate, certificatePem);
}

/** A token of the gateway for inventory that was good an hour ago. Only its issuer could have written it. */
function expiredToken(issuer: TestIssuer): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const life = { iat: now - 3_600, exp: now - 3_300 };
  const claims = { ...life, sub: 'gateway', client_id: 'gateway', scope: 'inventory:read' };
  return issuer.mint(audienceOf('inventory'), { claims });
}

/** Keys for what goes beyond calls within the domain: the messages of orders, and the business of payments at the bank. */
function writeFurtherKeys(directory: string): void {
  const orders = identityFiles(directory, 'orders');
  writePrivate(orders.sealJwks, JSON.stringify({ keys: [writeKeyPair(orders.sealKey)] }));
  const payments = identityFiles(directory, 'payments');
  writePrivate(payments.bankJwk, JSON.stringify(writeKeyPair(payments.bankKey)));
}

/** Makes the world, and writes its files into an empty directory. */
export async function createWorld(directory: string): Promise<World> {
  const files = worldFiles(directory);
  const authority = await createTestAuthority({ trustDomain });
  for (const name of roleNames) {
    mkdirSync(identityFiles(directory, name).directory, { mode: 0o700 });
    // One after the other: making keys is work for the processor, and there are few.
    // eslint-disable-next-line no-await-in-loop
    await writeIdentity(directory, name, authority);
  }
  writeFurtherKeys(directory);
  const issuer = await createTestIssuer({ authority, ...issuerPolicy(directory) });
  const { issuer: name, tokenEndpoint } = issuer;
  const description: WorldDescription = { issuer: name, tokenEndpoint };
  writePrivate(files.ca, authority.bundlePem);
  writePrivate(files.pseudonymKey, randomText());
  writePrivate(files.expiredToken, await expiredToken(issuer));
  writePrivate(files.description, JSON.stringify(description, null, 2));
  return { issuer, close: () => issuer.close() };
}
