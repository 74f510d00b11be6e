/** Commands to copy into a shell: the same calls with curl, against the services that are running. */
import { identityFiles, worldFiles } from '@countersign/trust-world-app/world-files';
import type { RoleName } from '@countersign/trust-world-app/cast';
import type { RunningWorld } from './running-world.ts';

/** One command with its title. */
export interface CurlCommand {
  readonly title: string;
  readonly command: string;
}

interface Parts {
  /** Whose certificate is shown. */
  readonly as?: RoleName;
  /** Whose token is sent. */
  readonly tokenOf?: RoleName;
  readonly url: string;
  readonly json?: string;
}

/** A word of a POSIX shell. Plain ones stay as they are. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:@=+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function commandOf(directory: string, { as, tokenOf, url, json }: Parts): string {
  const words = [
    ['curl', '--silent', '--show-error', '--include'],
    ['--cacert', worldFiles(directory).ca],
  ];
  if (as !== undefined) {
    const files = identityFiles(directory, as);
    words.push(['--cert', files.certificate], ['--key', files.key]);
  }
  // From a file, because an argument stands in the process list.
  if (tokenOf !== undefined) words.push(['--header', `@${identityFiles(directory, tokenOf).authorization}`]);
  if (json !== undefined) words.push(['--header', 'content-type: application/json', '--data', json]);
  words.push([url]);
  return words.map((line) => line.map(shellWord).join(' ')).join(' \\\n  ');
}

/** The commands. They need the file that `writeAuthorization` keeps fresh. */
export function curlCommands({ directory, origins }: RunningWorld): readonly CurlCommand[] {
  const catalog = `${origins.gateway}/catalog/pear`;
  const command = (title: string, parts: Parts): CurlCommand => ({ title, command: commandOf(directory, parts) });
  return [
    command('Read the catalogue as Alice, at the storefront: 200.', {
      as: 'storefront',
      tokenOf: 'storefront',
      url: catalog,
    }),
    command('Check out, through four services, the bank and the queue: 201, and 409 when the stock is used up.', {
      as: 'storefront',
      tokenOf: 'storefront',
      url: `${origins.gateway}/checkout`,
      json: '{"sku":"apple","quantity":1}',
    }),
    command('The same token without the certificate: 401.', { tokenOf: 'storefront', url: catalog }),
    command("Alice's token, shown by reporting: 403.", {
      as: 'reporting',
      tokenOf: 'storefront',
      url: catalog,
    }),
    command('Without anything, on a route that is public: 200.', { url: `${origins.inventory}/healthz` }),
  ];
}
