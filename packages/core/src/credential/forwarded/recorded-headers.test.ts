/** What proxies really write: recorded from nginx, HAProxy, Caddy and Envoy by tools/interop/proxies/record.mjs. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ForwardedFormat } from '../forwarded-caller.ts';
import { formats } from './formats.ts';
import { readForwardedLines } from './read-forwarded-lines.ts';

interface Recorded {
  readonly proxy: 'nginx' | 'haproxy' | 'caddy' | 'envoy';
  readonly version: string;
  readonly mode: string;
  /** Name of its certificate. */
  readonly client: string;
  /** The header that the client sent. */
  readonly forged?: string;
  /** Absent when the proxy did not ask the service. */
  readonly lines?: readonly (readonly [string, string])[];
}

const file = new URL('recorded-headers.json', import.meta.url);
const { certificates, recorded } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly certificates: Readonly<Record<string, string>>;
  readonly recorded: readonly Recorded[];
};
const trust = {
  by: new Set(['spiffe://prod.test/ingress']),
  through: new Set<string>(),
  replaces: false,
  cluster: '',
  identityDomain: '',
};

function read({ proxy, lines = [] }: Recorded): string {
  const format: ForwardedFormat = proxy === 'envoy' ? 'xfcc' : proxy;
  const lower = lines
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => name !== 'accept-encoding');
  const claim = readForwardedLines(lower, { format, headers: formats[format].headers, trust });
  if (!claim.ok) return claim.reason;
  if (claim.value === undefined) return 'nobody';
  if (claim.value.kind === 'name') return `${claim.value.name.id} ${claim.value.name.sha256 ?? 'without a hash'}`;
  const [leaf, ...rest] = claim.value.chain;
  return `certificate ${leaf.fingerprint256}${rest.length > 0 ? ' and its chain' : ''}`;
}

const certificateOf = (client: string) => new X509Certificate(certificates[client] ?? '');
const whole = (client: string) => `certificate ${certificateOf(client).fingerprint256}`;
const named = (client: string, id: string) =>
  `${id} ${certificateOf(client).fingerprint256.replaceAll(':', '').toLowerCase()}`;

/** Who a client is, in the modes that send a certificate. */
function honest({ client, mode }: Recorded): string {
  if (client === 'none') return 'nobody';
  if (mode.includes('everything')) return `${whole(client)} and its chain`;
  return whole(client);
}

const reached = recorded.filter(({ lines }) => lines !== undefined);
const label = ({ proxy, version, mode, client, forged }: Recorded) =>
  `${proxy} ${version} ${mode}: ${client}${forged === undefined ? '' : `, having sent ${forged}`}`;
const isOdd = ({ client }: Recorded) => client.includes('odd URI') || client.includes('DNS name');

describe('what a proxy writes is read as what its client is', () => {
  const rows = reached.filter((one) => /optional$|given$|SANITIZE/.test(one.mode) && !isOdd(one));
  test.each(rows.map((row) => [label(row), row] as const))('%s', (_label, row) => {
    expect(read(row)).toBe(honest(row));
  });
});

describe('a proxy that appends', () => {
  const rows = reached.filter(({ mode }) => mode.startsWith('APPEND'));
  test.each(rows.map((row) => [label(row), row] as const))('%s', (_label, row) => {
    const { client, forged = '' } = row;
    const names: Readonly<Record<string, string>> = { good: 'orders', 'odd subject': 'orders' };
    if (client === 'none') expect(read(row)).toBe('nobody');
    else if (forged.includes('By=') || forged.startsWith('[') || isOdd(row)) expect(read(row)).toMatch(/^FORWARDED_/);
    else expect(read(row)).toBe(named(client, `spiffe://prod.test/${names[client]}`));
  });
});

test('two elements that Envoy makes of one odd URI name are refused', () => {
  const rows = reached.filter(({ client }) => client === 'odd URI name');
  expect(rows.length).toBeGreaterThan(1);
  for (const row of rows) expect(read(row), label(row)).toBe('FORWARDED_IDENTITY_UNTRUSTED');
});

test('what a proxy did not verify is refused where it says so', () => {
  const [row] = reached.filter(({ mode }) => mode === 'optional_no_ca');
  expect(row && read(row)).toBe('CERTIFICATE_UNTRUSTED');
});

test('a proxy that passes on what clients say makes everybody of them: no configuration of ours has that', () => {
  const rows = reached.filter(({ mode, forged }) => mode.endsWith('FORWARD_ONLY') && forged !== undefined);
  const believed = rows.filter(({ lines = [] }) => lines.length > 0).map(read);
  expect(believed).toEqual(Array.from({ length: 2 }, () => 'spiffe://prod.test/orders without a hash'));
});
