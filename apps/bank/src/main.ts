/**
 * A bank, as a process of its own: another trust domain, with its own authority, its own issuer and one customer, whose
 * public key it was given. Plain Node, without a framework. Of the demo it knows nothing else, and the demo knows of the
 * bank what it writes into `bank.json`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestAuthority, createTestIssuer } from '@countersign/testing';
import { startBank } from './start-bank.ts';

process.once('disconnect', () => process.exit(0));
const [, , settingsFile] = process.argv;
if (settingsFile === undefined) throw new Error('Usage: node main.js <settings.json>');
const { directory, clientId, jwkFile } = JSON.parse(readFileSync(settingsFile, 'utf8')) as {
  readonly directory: string;
  readonly clientId: string;
  readonly jwkFile: string;
};

const audience = 'https://api.bank.example';
const scopes = ['transfers:create'];
const authority = await createTestAuthority({ trustDomain: 'bank.example' });
const publicJwk = JSON.parse(readFileSync(jwkFile, 'utf8')) as Record<string, unknown>;
const issuer = await createTestIssuer({
  authority,
  clients: [{ clientId, publicJwk, scopes, dpopBound: true }],
  resources: [{ audience, scopes }],
});
const bank = await startBank({ authority, issuer, audience });

mkdirSync(directory, { mode: 0o700 });
const write = (file: string, text: string): void => writeFileSync(join(directory, file), text, { mode: 0o600 });
write('ca.pem', authority.bundlePem);
write('bank.json', JSON.stringify({ baseUrl: bank.origin, audience, issuer: issuer.issuer }));

process.once('SIGTERM', () => {
  void Promise.all([bank.close(), issuer.close()]).finally(() => process.exit(0));
});
process.send?.({ port: Number(new URL(bank.origin).port) });
