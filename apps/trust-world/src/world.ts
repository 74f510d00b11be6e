/**
 * The trust world of the demo: a certificate authority, an issuer, and the identity files of every workload, readable
 * by their owner only. Everything is made anew for each run, and the key of the authority never touches the disk.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '@countersign/core';
import {
  createTestAuthority,
  createTestIssuer,
  type TestAuthority,
  type TestClient,
  type TestIssuer,
  type TestResource,
} from '@countersign/testing';
import { audienceOf, cast, roleNames, serviceNames, spiffeIdOf, trustDomain, type RoleName } from './cast.ts';

/** What everybody may know of the world, as it stands in `world.json`. */
export interface WorldDescription {
  readonly issuer: string;
}

/** The world at work. */
export interface World {
  readonly description: WorldDescription;
  close(): Promise<void>;
}

/** Where the files of the world are. */
export function worldFiles(directory: string) {
  return {
    description: join(directory, 'world.json'),
    ca: join(directory, 'ca.pem'),
    pseudonymKey: join(directory, 'pseudonym-key'),
    expiredToken: join(directory, 'expired-token'),
  };
}

/** Where the files of a workload are. */
export function identityFiles(directory: string, name: RoleName) {
  const inside = (file: string): string => join(directory, name, file);
  return {
    key: inside('key.pem'),
    certificate: inside('certificate.pem'),
    clientSecret: inside('client-secret'),
    settings: inside('settings.json'),
    authorization: inside('authorization'),
  };
}

/** Writes a file that only its owner can read. */
export function writePrivate(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
}

function randomText(): string {
  return randomBytes(32).toString('base64url');
}

async function writeIdentity(directory: string, name: RoleName, authority: TestAuthority): Promise<void> {
  mkdirSync(join(directory, name), { mode: 0o700 });
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

function clientsIn(directory: string): [TestClient, ...TestClient[]] {
  const clients = roleNames.flatMap((name): TestClient[] => {
    const { asks } = cast[name];
    if (asks === undefined) return [];
    const secret = randomText();
    writePrivate(identityFiles(directory, name).clientSecret, secret);
    return [{ clientId: name, clientSecret: new Secret(secret), scopes: asks }];
  });
  return clients as [TestClient, ...TestClient[]];
}

const resources = serviceNames.map((name) => ({ audience: audienceOf(name), scopes: cast[name].offers ?? [] })) as [
  TestResource,
  ...TestResource[],
];

/** A token of the gateway for inventory that was good an hour ago. Only its issuer could have written it. */
function expiredToken(issuer: TestIssuer): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const life = { iat: now - 3_600, exp: now - 3_300 };
  const claims = { ...life, sub: 'gateway', client_id: 'gateway', scope: 'inventory:read' };
  return issuer.mint(audienceOf('inventory'), { claims });
}

/** Makes the world, and writes its files into an empty directory. */
export async function createWorld(directory: string): Promise<World> {
  const files = worldFiles(directory);
  const authority = await createTestAuthority({ trustDomain });
  for (const name of roleNames) {
    // One after the other: making keys is work for the processor, and there are few.
    // eslint-disable-next-line no-await-in-loop
    await writeIdentity(directory, name, authority);
  }
  const issuer = await createTestIssuer({ authority, clients: clientsIn(directory), resources });
  const description: WorldDescription = { issuer: issuer.issuer };
  writePrivate(files.ca, authority.bundlePem);
  writePrivate(files.pseudonymKey, randomText());
  writePrivate(files.expiredToken, await expiredToken(issuer));
  writePrivate(files.description, JSON.stringify(description, null, 2));
  return { description, close: () => issuer.close() };
}
