/** The queue of the demo, as a process of its own. */
import { startQueue } from './start-queue.ts';

process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));
process.send?.({ port: (await startQueue()).port });
