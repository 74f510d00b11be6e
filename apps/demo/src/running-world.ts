/** Starts the trust world and the services, each as its own process, in the order of who calls whom. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { serviceNames, type RoleName } from '@countersign/trust-world-app/cast';
import { worldFiles, type WorldDescription } from '@countersign/trust-world-app/world';
import { writeSettings } from '@countersign/trust-world-app/write-settings';
import type { EventLog } from './event-log.ts';
import { startService, type ServiceProcess } from './service-process.ts';

/** Everything that runs. */
export interface RunningWorld {
  readonly directory: string;
  readonly description: WorldDescription;
  /** PEM of the authority. */
  readonly ca: string;
  /** Origins of the services. */
  readonly origins: Readonly<Record<'gateway' | 'orders' | 'inventory' | 'payments', string>>;
}

/** What to start it with. */
export interface WorldStart {
  /** An empty directory that only its owner can enter. */
  readonly directory: string;
  readonly log: EventLog;
  /** Told of each process that runs, the last one first to stop. */
  readonly onStarted: (process: ServiceProcess) => void;
}

// Those that are called come first: a caller is told the address.
const startOrder: readonly RoleName[] = ['inventory', 'payments', 'orders', 'gateway'];

function programOf(specifier: string): string {
  return fileURLToPath(import.meta.resolve(specifier));
}

/** Starts it. When something does not start, what `onStarted` was told of still runs. */
export async function startWorld({ directory, log, onStarted }: WorldStart): Promise<RunningWorld> {
  const files = worldFiles(directory);
  const trustWorld = programOf('@countersign/trust-world-app/main');
  onStarted(await startService({ name: 'trust-world', program: trustWorld, argument: directory }));
  const description = JSON.parse(readFileSync(files.description, 'utf8')) as WorldDescription;
  const baseUrls = new Map<RoleName, string>();
  for (const name of startOrder.filter((one) => serviceNames.includes(one))) {
    // Each needs the addresses of those before it.
    // eslint-disable-next-line no-await-in-loop
    const service = await startService({
      name,
      program: programOf(`@countersign/${name}-app/dist/main.js`),
      argument: writeSettings(name, { directory, description, baseUrls }),
      caFile: files.ca,
      onEvent: (event) => log.add(event),
    });
    onStarted(service);
    baseUrls.set(name, `https://127.0.0.1:${service.port}`);
  }
  const origins = Object.fromEntries(baseUrls) as RunningWorld['origins'];
  return { directory, description, ca: readFileSync(files.ca, 'utf8'), origins };
}
