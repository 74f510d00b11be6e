/**
 * Where the Workload API is (SPIFFE Workload Endpoint §4): `unix:///path/of/socket` or `tcp://127.0.0.1:8080`, and
 * nothing that a URL parser would repair. A host name is refused: an address from DNS is no place to get keys from.
 */
import type { FaultCollector } from '@countersign/core';
import { isIP, type NetConnectOpts } from 'node:net';

/** A parsed endpoint. */
export interface WorkloadEndpoint {
  /** As it was written. */
  readonly text: string;
  /** Where to connect to. */
  readonly address: { readonly path: string } | { readonly host: string; readonly port: number };
}

/** The endpoint, or the problem, as a phrase. */
export type ParsedEndpoint =
  | { readonly ok: true; readonly value: WorkloadEndpoint }
  | { readonly ok: false; readonly problem: string };

/** The variable that a SPIFFE implementation sets (SPIFFE Workload Endpoint §4). */
export const endpointVariable = 'SPIFFE_ENDPOINT_SOCKET';

/** sun_path of Linux, without the byte that ends it. */
const longestSocketPath = 107;
const unixForm = /^unix:(\/\/)?(\/.*)$/;
const tcpForm = /^tcp:\/\/(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):([1-9]\d{0,4})$/;

function bad(problem: string): ParsedEndpoint {
  return { ok: false, problem };
}

function parseUnix(text: string): ParsedEndpoint {
  const [, , path] = unixForm.exec(text) ?? [];
  if (path === undefined) return bad('names no absolute path: write unix:///path/of/socket');
  if (path.startsWith('//')) return bad('has an authority or an empty segment: write unix:///path/of/socket');
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[?#%\u0000-\u001f\u007f]/.test(path)) return bad('has a query, a fragment, an escape or a control character');
  if (path.endsWith('/')) return bad('names a directory');
  if (Buffer.byteLength(path) > longestSocketPath) return bad(`has a path of more than ${longestSocketPath} bytes`);
  return { ok: true, value: Object.freeze({ text, address: Object.freeze({ path }) }) };
}

function parseTcp(text: string): ParsedEndpoint {
  const [, six, four, digits] = tcpForm.exec(text) ?? [];
  const host = six ?? four;
  const port = Number(digits);
  if (host === undefined || isIP(host) !== (six === undefined ? 4 : 6) || port > 65_535) {
    return bad('is not tcp://address:port with an IP address');
  }
  return { ok: true, value: Object.freeze({ text, address: Object.freeze({ host, port }) }) };
}

/** Reads an endpoint. Answers the problem, as a phrase, when it is none. */
export function parseEndpoint(text: string): ParsedEndpoint {
  if (typeof text !== 'string' || text === '') return bad('is empty');
  if (text.startsWith('unix:')) return parseUnix(text);
  if (text.startsWith('tcp:')) return parseTcp(text);
  return bad('begins neither with unix:// nor with tcp://');
}

/** How to connect. */
export function connectOptions({ address }: WorkloadEndpoint): NetConnectOpts {
  return 'path' in address ? address : { ...address, keepAlive: true, keepAliveInitialDelay: 30_000 };
}

/** The endpoint of the options, or else that of the environment: the one variable this package takes a setting from. */
export function checkEndpoint(faults: FaultCollector, endpoint: unknown): WorkloadEndpoint | undefined {
  const isGiven = endpoint !== undefined;
  const text: unknown = isGiven ? endpoint : process.env[endpointVariable];
  const fix = 'write e.g. "unix:///run/spire/agent.sock" or "tcp://127.0.0.1:8080"';
  if (!isGiven && (text === undefined || text === '')) {
    const problem = `is not given, and ${endpointVariable} is not set`;
    faults.add('CONFIG_MISSING', 'endpoint', problem, `${fix}, or set ${endpointVariable}`);
    return undefined;
  }
  const parsed = parseEndpoint(text as string);
  if (parsed.ok) return parsed.value;
  const problem = isGiven ? parsed.problem : `comes from ${endpointVariable} and ${parsed.problem}`;
  faults.add('CONFIG_INVALID', 'endpoint', problem, fix);
  return undefined;
}
