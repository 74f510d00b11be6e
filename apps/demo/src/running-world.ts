/** Starts the trust world, the bank, the queue and the services, each as its own process, in the order of who calls whom. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { UserTokenRequest } from '@countersign/testing';
import { serviceNames, type RoleName } from '@countersign/trust-world-app/cast';
import { logIn } from '@countersign/trust-world-app/login';
import type { WorldDescription } from '@countersign/trust-world-app/world';
import { identityFiles, worldFiles, writePrivate } from '@countersign/trust-world-app/world-files';
import { writeSettings } from '@countersign/trust-world-app/write-settings';
import type { EventLog } from './event-log.ts';
import { startService, type ServiceProcess, type ServiceStart } from './service-process.ts';
import type { Called } from './step.ts';

/** Everything that runs. */
export interface RunningWorld {
  readonly directory: string;
  readonly description: WorldDescription;
  /** PEM of the authority. */
  readonly ca: string;
  /** Origins of the services. */
  readonly origins: Readonly<Record<Called, string>>;
  readonly queuePort: number;
  /** Logs a user in, and answers the token that the storefront then has. */
  readonly logIn: (login: UserTokenRequest) => Promise<string>;
}

/** What to start it with. */
export interface WorldStart {
  /** An empty directory that only its owner can enter. */
  readonly directory: string;
  readonly log: EventLog;
  /** Told of each process that runs, the last one first to stop. */
  readonly onStarted: (process: ServiceProcess) => void;
}

// Those that are called come first: a caller is told the address. The worker is called by nobody.
const startOrder: readonly RoleName[] = ['notifications', 'inventory', 'payments', 'analytics', 'orders', 'gateway'];

function programOf(specifier: string): string {
  return fileURLToPath(import.meta.resolve(specifier));
}

/** What the bank is told when the account is opened: the key of its customer. */
function bankSettings(directory: string): string {
  const { bank } = worldFiles(directory);
  const file = `${bank}-settings.json`;
  const { bankJwk: jwkFile } = identityFiles(directory, 'payments');
  writePrivate(file, JSON.stringify({ directory: bank, clientId: 'demo-payments', jwkFile }));
  return file;
}

/** Starts it. When something does not start, what `onStarted` was told of still runs. */
export async function startWorld({ directory, log, onStarted }: WorldStart): Promise<RunningWorld> {
  const files = worldFiles(directory);
  const onEvent: ServiceStart['onEvent'] = (event) => log.add(event);
  const start = async (service: ServiceStart): Promise<ServiceProcess> => {
    const running = await startService(service);
    onStarted(running);
    return running;
  };
  const trustWorld = await start({
    name: 'trust-world',
    program: programOf('@countersign/trust-world-app/main'),
    argument: directory,
  });
  const bank = programOf('@countersign/bank-app/dist/main.js');
  const [queue] = await Promise.all([
    start({ name: 'queue', program: programOf('@countersign/queue-app/main'), argument: '' }),
    start({ name: 'bank', program: bank, argument: bankSettings(directory), onEvent }),
  ]);
  const { port: queuePort = 0 } = queue;
  const description = JSON.parse(readFileSync(files.description, 'utf8')) as WorldDescription;
  const baseUrls = new Map<RoleName, string>();
  for (const name of startOrder) {
    // Each needs the addresses of those before it.
    // eslint-disable-next-line no-await-in-loop
    const { port } = await start({
      name,
      program: programOf(`@countersign/${name}-app/dist/main.js`),
      argument: writeSettings(name, { directory, description, baseUrls, queuePort }),
      caFile: files.ca,
      onEvent,
    });
    if (serviceNames.includes(name)) baseUrls.set(name, `https://127.0.0.1:${port}`);
  }
  return {
    directory,
    description,
    ca: readFileSync(files.ca, 'utf8'),
    origins: Object.fromEntries(baseUrls) as RunningWorld['origins'],
    queuePort,
    logIn: (login) => logIn(trustWorld.child, login),
  };
}
