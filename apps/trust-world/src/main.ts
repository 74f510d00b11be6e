/** The trust world as a process of its own: makes the world in the directory named on the command line. */
import { serveLogins } from './login.ts';
import { announceReady } from './settings.ts';
import { createWorld } from './world.ts';

process.once('disconnect', () => process.exit(0));
const [, , directory] = process.argv;
if (directory === undefined) throw new Error('Usage: node main.js <empty directory>');
const world = await createWorld(directory);
serveLogins(world.issuer);
announceReady(undefined, () => world.close());
