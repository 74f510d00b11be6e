/**
 * Settings of a server that would undo the checks of every request, found by looking at the server itself: whoever
 * made it, and however.
 */
import { constants } from 'node:crypto';
import { ConfigurationError, type ConfigurationFault } from '../errors/configuration-error.ts';

/** The properties Node keeps on its servers; `tls.Server` keeps its options as properties too. */
interface ServerProperties {
  readonly insecureHTTPParser?: boolean;
  readonly requestCert?: boolean;
  readonly rejectUnauthorized?: boolean;
  readonly secureOptions?: number;
  readonly ticketKeys?: unknown;
}

/** What is wrong with a server. */
export function serverFaults(server: object): readonly ConfigurationFault[] {
  const { insecureHTTPParser, requestCert, rejectUnauthorized, secureOptions, ticketKeys } = server as ServerProperties;
  const faults: ConfigurationFault[] = [];
  const add = (option: string, problem: string, fix: string): void => {
    faults.push({ code: 'CONFIG_UNSAFE', option, problem, fix });
  };
  if (insecureHTTPParser === true) {
    add('insecureHTTPParser', 'is on, which lets smuggled requests in', 'remove it; repair the client that needs it');
  }
  const hasTickets = ((secureOptions ?? 0) & constants.SSL_OP_NO_TICKET) === 0;
  if (requestCert === true && rejectUnauthorized === false && hasTickets) {
    add(
      'rejectUnauthorized',
      'is false and session tickets are on: a resumed session looks authorized without a certificate',
      'use createTlsOptions({ clientCertificate: "permissive" }), which turns tickets off',
    );
  }
  if (requestCert === true && ticketKeys !== undefined && ticketKeys !== null) {
    const fix = 'remove ticketKeys: sessions sealed with them outlive CA removal and revocation';
    add('ticketKeys', 'are fixed', fix);
  }
  return faults;
}

/**
 * Refuses an unsafe server.
 * @throws {ConfigurationError} with every fault.
 */
export function assertSafeServer(server: object): void {
  const faults = serverFaults(server);
  if (faults.length > 0) throw new ConfigurationError('The server', faults);
}
