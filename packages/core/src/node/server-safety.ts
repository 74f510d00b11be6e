/**
 * Settings of a server that would undo the checks of every request, found by looking at the server itself: whoever
 * made it, and however. Each rule is a row.
 */
import { constants } from 'node:crypto';
import tls from 'node:tls';
import { ConfigurationError, type ConfigurationFault } from '../errors/configuration-error.ts';

/** The properties Node keeps on its servers; `tls.Server` keeps its options as properties too. */
interface ServerProperties {
  readonly insecureHTTPParser?: boolean | undefined;
  /** Node 24 and later. */
  readonly httpValidation?: string | undefined;
  readonly requestCert?: boolean | undefined;
  readonly rejectUnauthorized?: boolean | undefined;
  readonly secureOptions?: number | undefined;
  readonly ticketKeys?: unknown;
  readonly ca?: unknown;
  readonly pfx?: unknown;
  readonly minVersion?: string | undefined;
  readonly maxVersion?: string | undefined;
  readonly secureProtocol?: string | undefined;
  readonly ciphers?: string | undefined;
  listenerCount?(event: string): number;
}

interface Rule {
  readonly option: string;
  readonly breaks: (server: ServerProperties) => boolean;
  readonly problem: string;
  readonly fix: string;
}

const outdated: ReadonlySet<string> = new Set(['TLSv1', 'TLSv1.1']);
/** Cipher names, or parts of them, without encryption, without a certificate of the server, or broken. */
const brokenCipher =
  /^(?:e?NULL|aNULL|ADH|AECDH|COMPLEMENTOFALL|EXP\w*|RC4|DES|3DES|MD5|LOW)(?:$|[-+])|-(?:RC4|NULL|DES|EXP|MD5)\b/i;

function hasTickets({ secureOptions }: ServerProperties): boolean {
  return ((secureOptions ?? 0) & constants.SSL_OP_NO_TICKET) === 0;
}

function permitsOldProtocol(server: ServerProperties): boolean {
  if (!(server instanceof tls.Server)) return false;
  const { minVersion, maxVersion, secureProtocol } = server as ServerProperties;
  // A protocol method takes the place of the versions: `TLS_method` means "any version".
  if (typeof secureProtocol === 'string' && secureProtocol !== '') return !secureProtocol.startsWith('TLSv1_2_');
  return outdated.has(minVersion ?? tls.DEFAULT_MIN_VERSION) || outdated.has(maxVersion ?? '');
}

function permitsBrokenCipher({ ciphers }: ServerProperties): boolean {
  if (typeof ciphers !== 'string') return false;
  return ciphers.split(/[:, ]/).some((one) => one === '@SECLEVEL=0' || (!/^[!-]/.test(one) && brokenCipher.test(one)));
}

const rules: readonly Rule[] = [
  {
    option: 'insecureHTTPParser',
    breaks: ({ insecureHTTPParser }) => insecureHTTPParser === true,
    problem: 'is on, which lets smuggled requests in',
    fix: 'remove it; repair the client that needs it',
  },
  {
    option: 'httpValidation',
    breaks: ({ httpValidation }) => httpValidation === 'insecure',
    problem: 'is insecure, which lets smuggled requests in',
    fix: 'remove it; repair the client that needs it',
  },
  {
    option: 'minVersion',
    breaks: permitsOldProtocol,
    problem: 'permits TLS 1.0 or 1.1 (RFC 8996)',
    fix: 'write minVersion: "TLSv1.2", without maxVersion and secureProtocol',
  },
  {
    option: 'ciphers',
    breaks: permitsBrokenCipher,
    problem: 'permit connections without encryption, without a certificate of the server, or with broken algorithms',
    fix: "remove ciphers: Node's own list is good",
  },
  {
    option: 'ca',
    breaks: ({ requestCert, ca, pfx }) => requestCert === true && (ca ?? pfx ?? undefined) === undefined,
    problem: 'is absent, so every public authority may issue client certificates, and yours may not',
    fix: 'pass the authorities of your trust bundles, or use createTlsOptions',
  },
  {
    option: 'rejectUnauthorized',
    breaks: (server) => server.requestCert === true && server.rejectUnauthorized === false && hasTickets(server),
    problem: 'is false and session tickets are on: a resumed session looks authorized without a certificate',
    fix: 'use createTlsOptions({ clientCertificate: "permissive" }), which turns tickets off',
  },
  {
    option: 'ticketKeys',
    breaks: ({ requestCert, ticketKeys }) => requestCert === true && ticketKeys !== undefined && ticketKeys !== null,
    problem: 'are fixed',
    fix: 'remove ticketKeys: sessions sealed with them outlive CA removal and revocation',
  },
  {
    option: 'resumeSession',
    breaks: (server) => server.requestCert === true && (server.listenerCount?.('resumeSession') ?? 0) > 0,
    problem: 'has a listener: sessions kept outside outlive CA removal and revocation, also with tickets off',
    fix: 'remove the listeners of newSession and resumeSession',
  },
];

/** What is wrong with a server. */
export function serverFaults(server: object): readonly ConfigurationFault[] {
  return rules
    .filter(({ breaks }) => breaks(server as ServerProperties))
    .map(({ option, problem, fix }) => ({ code: 'CONFIG_UNSAFE', option, problem, fix }));
}

/**
 * Refuses an unsafe server.
 * @throws {ConfigurationError} with every fault.
 */
export function assertSafeServer(server: object): void {
  const faults = serverFaults(server);
  if (faults.length > 0) throw new ConfigurationError('The server', faults);
}

const judged = new WeakMap<object, ConfigurationError | 'safe'>();

/**
 * What is wrong with the server that a socket came through, judged on the first socket of each server. For adapters
 * that never see the server itself.
 */
export function serverErrorOf(socket: object | undefined): ConfigurationError | undefined {
  const { server } = (socket ?? {}) as { readonly server?: unknown };
  if (typeof server !== 'object' || server === null) return undefined;
  let verdict = judged.get(server);
  if (verdict === undefined) {
    const faults = serverFaults(server);
    verdict = faults.length > 0 ? new ConfigurationError('The server', faults) : 'safe';
    judged.set(server, verdict);
  }
  return verdict === 'safe' ? undefined : verdict;
}
