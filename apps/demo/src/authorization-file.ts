/** Keeps a header file with a fresh token of Alice for curl, as long as the services run. */
import { renameSync } from 'node:fs';
import { identityFiles, writePrivate } from '@countersign/trust-world-app/world-files';
import { aliceToken } from './credentials.ts';
import type { RunningWorld } from './running-world.ts';

const refreshMilliseconds = 60_000;

async function write(world: RunningWorld): Promise<void> {
  const token = await aliceToken(world);
  const { authorization } = identityFiles(world.directory, 'storefront');
  // In one step, so that no command reads half a file.
  writePrivate(`${authorization}.new`, `Authorization: Bearer ${token}\n`);
  renameSync(`${authorization}.new`, authorization);
}

/** Writes it, and writes it again every minute. Answers how to stop. */
export async function keepAuthorizationFresh(world: RunningWorld): Promise<() => void> {
  await write(world);
  const timer = setInterval(() => {
    write(world).catch((error: unknown) => {
      console.error(`The token was not renewed: ${error instanceof Error ? error.message : 'unknown'}`);
    });
  }, refreshMilliseconds);
  return () => clearInterval(timer);
}
