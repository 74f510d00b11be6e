import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RequestFacts } from '@countersign/core';
import { plainNodeDriver, type PlantedFaults } from './plain-node.test-kit.ts';
import { protocolBoundCases } from './http-protocol.ts';
import { startWorld } from './start-world.ts';
import { conformanceCases, describeConformance } from './suite.ts';

describeConformance(plainNodeDriver('plain Node'), { describe, test, beforeAll, afterAll });

/** The first value alone, as `request.headers` has it. */
function firstValueOnly(facts: RequestFacts): RequestFacts {
  return { ...facts, header: (name) => facts.header(name).slice(0, 1) };
}

function withoutCertificate(facts: RequestFacts): RequestFacts {
  const { peerCertificate: _unread, ...rest } = facts;
  return rest;
}

/** Lets refusals with one of these reasons through. */
function letsInFor(...reasons: readonly string[]): PlantedFaults {
  return { letsIn: (verdict) => verdict.outcome === 'denied' && reasons.includes(verdict.reason) };
}

/** Believes a header, and looks at nothing else then. */
const believesHeader: PlantedFaults = { skips: ({ headers }) => headers['x-forwarded-user'] !== undefined };

/** A fault, and the cases that must find it. */
const faulty: readonly (readonly [string, PlantedFaults, readonly string[]])[] = [
  ['a guard that runs and is ignored', { letsIn: () => true }, ['no-credential', 'refused-tokens', 'stolen-token']],
  ['a guard that knows callers and no rules', letsInFor('CALLER_NOT_ALLOWED'), ['caller-not-listed']],
  ['a guard that knows no scopes', letsInFor('SCOPE_INSUFFICIENT'), ['scopes']],
  ['a bad token is taken for none', letsInFor('TOKEN_SIGNATURE_INVALID', 'TOKEN_EXPIRED'), ['optional-route', 'clock']],
  ['a fault inside is a pass', letsInFor('INTERNAL_FAULT'), ['fault-inside']],
  ['an outage is a pass', letsInFor('ISSUER_KEYS_UNAVAILABLE'), ['issuer-outage']],
  ['a conflict is a pass', letsInFor('IDENTITY_CONFLICT'), ['stolen-token', 'both-demanded']],
  ['OPTIONS left out', { skips: ({ method }) => method === 'OPTIONS' }, ['other-methods']],
  ['the first Authorization header alone', { facts: firstValueOnly }, ['doubled-credentials']],
  ['the certificate not read', { facts: withoutCertificate }, ['verified-caller', 'refused-certificates']],
  ['the identity of a header believed', believesHeader, ['forged-headers']],
  ['the headers of the proxy left to the handlers', { showsForwarded: true }, ['forwarded-hidden']],
  [
    'the headers of a stranger taken for none',
    letsInFor('FORWARDED_IDENTITY_UNTRUSTED'),
    ['forwarded-strangers', 'forwarded-xfcc'],
  ],
  ['the context lost', { losesContext: true }, ['verified-caller', 'concurrency']],
  ['unknown paths told to strangers', { tellsPaths: true }, ['unmatched-route']],
  ['the reason on the wire', { tellsReason: true }, ['no-credential']],
  ['the caller of a connection remembered', { remembersConnection: true }, ['shared-connection', 'smuggled-requests']],
  ['requests read leniently', { readsLeniently: true }, ['smuggled-requests']],
];

/** Faults that are planted over HTTP/2, too: what its client must be able to find. */
const faultyOverHttp2: typeof faulty = [
  ['the first Authorization header alone', { facts: firstValueOnly }, ['doubled-credentials']],
  ['the certificate not read', { facts: withoutCertificate }, ['verified-caller', 'refused-certificates']],
  ['the context lost', { losesContext: true }, ['verified-caller', 'concurrency', 'shared-connection']],
  ['a malformed request let in', { skips: () => true }, ['malformed-fields']],
  ['the caller of a connection remembered', { remembersConnection: true }, ['shared-connection']],
];

const planted = [
  ...faulty.map((row) => ['http/1.1', ...row] as const),
  ...faultyOverHttp2.map((row) => ['h2', ...row] as const),
];

test.each(planted)('the suite finds over %s: %s', async (protocol, name, faults, expected) => {
  const { world, close } = await startWorld(plainNodeDriver(name, faults, protocol));
  try {
    for (const id of expected) {
      const found = conformanceCases.find((one) => one.id === id);
      await expect(found?.run(world), id).rejects.toBeInstanceOf(Error);
    }
  } finally {
    await close();
  }
});

test('the list of cases that a protocol does not have names real cases, and nothing else is left out', () => {
  const ids = conformanceCases.map(({ id }) => id);
  for (const { id } of protocolBoundCases) expect(ids).toContain(id);
  for (const protocol of ['http/1.1', 'h2'] as const) {
    const registered: string[] = [];
    const test = (title: string): void => void registered.push(title);
    const runner = {
      describe: (_name: string, body: () => void) => body(),
      test,
      beforeAll: () => {},
      afterAll: () => {},
    };
    describeConformance({ ...plainNodeDriver('counted'), protocol }, runner);
    const missing = protocolBoundCases.filter(({ missingIn }) => missingIn === protocol);
    expect(registered).toHaveLength(conformanceCases.length - missing.length);
  }
});

test('every case has an id of its own, and a title that is a sentence', () => {
  expect(new Set(conformanceCases.map(({ id }) => id)).size).toBe(conformanceCases.length);
  for (const { title } of conformanceCases) expect(title.split(' ').length).toBeGreaterThan(4);
});

test('the world counts connections to the attacker, and knows its catalogues', async () => {
  const { world, close } = await startWorld(plainNodeDriver('plain Node'));
  try {
    expect(world.attackerHits()).toBe(0);
    await expect(fetch(world.attackerOrigin)).rejects.toThrow('fetch failed');
    expect(world.attackerHits()).toBe(1);
    expect((await world.refusedTokens()).length).toBeGreaterThanOrEqual(200);
    expect((await world.refusedCertificates()).length).toBeGreaterThanOrEqual(40);
  } finally {
    await close();
  }
});

test.each(['http/1.1', 'h2'] as const)(
  'a server that resumes TLS sessions is seen to do so over %s',
  async (protocol) => {
    const { world, close } = await startWorld(plainNodeDriver('plain Node', {}, protocol));
    try {
      // On plain Node nothing refuses to start with such a server, so the case asserts that the session is taken up.
      const resumed = conformanceCases.find(({ id }) => id === 'resumed-session');
      await expect(resumed?.run(world)).resolves.toBeUndefined();
    } finally {
      await close();
    }
  },
);

test('a row that is let in is found in the middle of a catalogue', async () => {
  let seen = 0;
  const driver = plainNodeDriver('one hole', {
    letsIn: (verdict) => {
      seen += 1;
      return seen === 50 && verdict.outcome === 'denied';
    },
  });
  const { world, close } = await startWorld(driver);
  try {
    const refused = conformanceCases.find(({ id }) => id === 'refused-tokens');
    await expect(refused?.run(world)).rejects.toThrow(/^1 of \d+ rows failed:\n/);
  } finally {
    await close();
  }
});
