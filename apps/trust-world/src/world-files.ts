/** Where the files of the demo are, and how they are written: readable by their owner only. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RoleName } from './cast.ts';

/** Where the files of the world are. */
export function worldFiles(directory: string) {
  const inside = (file: string): string => join(directory, file);
  return {
    description: inside('world.json'),
    ca: inside('ca.pem'),
    pseudonymKey: inside('pseudonym-key'),
    expiredToken: inside('expired-token'),
    bank: inside('bank'),
  };
}

/** Where the files of a workload are. */
export function identityFiles(directory: string, name: RoleName) {
  const inside = (file: string): string => join(directory, name, file);
  return {
    directory: join(directory, name),
    key: inside('key.pem'),
    certificate: inside('certificate.pem'),
    /** What it proves itself to the issuer with, unless that is its certificate. */
    clientKey: inside('client-key.pem'),
    clientSecret: inside('client-secret'),
    /** What it seals messages with, and what others verify them with. */
    sealKey: inside('seal-key.pem'),
    sealJwks: inside('seal-jwks.json'),
    /** What it proves itself to the bank's issuer with, and what the bank knows of it. */
    bankKey: inside('bank-key.pem'),
    bankJwk: inside('bank-jwk.json'),
    settings: inside('settings.json'),
    authorization: inside('authorization'),
  };
}

/** Writes a file that only its owner can read. */
export function writePrivate(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
}
