/** Plants a secret in every place a request or an option can hold one, and looks for it in everything that comes out. */
import { PassThrough } from 'node:stream';
import { inspect } from 'node:util';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterEach, expect, test } from 'vitest';
import { fanOut } from '../audit/audit-sink.ts';
import { jsonLines } from '../audit/json-lines.ts';
import { memorySink } from '../audit/memory-sink.ts';
import { openTelemetrySpan } from '../audit/open-telemetry.ts';
import { accessToken } from '../authentication/access-token.ts';
import { refuse } from '../errors/outcome.ts';
import { Secret } from '../errors/secret.ts';
import { compileRequirement } from '../policy/requirement.ts';
import { createServiceAuth } from './create-service-auth.ts';
import { factsWith, fakeTokens, standingClock } from './pipeline.test-kit.ts';
import type { ServiceAuthOptions } from './options.ts';

const canary = 'canary-7c1f0e9b';
const route = compileRequirement({ scope: 'inventory:read' }, 'a test');

/** Everything the library said, by the place where it said it. */
interface Said {
  readonly places: Record<string, string>;
  say(place: string, what: unknown): void;
  /** Places where a text is found. */
  holding(needle: string): readonly string[];
}

function listen(): Said {
  const places: Record<string, string> = {};
  return {
    places,
    say: (place, what) => {
      places[place] = `${places[place] ?? ''}\n${typeof what === 'string' ? what : inspect(what, { depth: 12 })}`;
    },
    holding: (needle) => Object.keys(places).filter((place) => places[place]?.includes(needle)),
  };
}

afterEach(() => {
  context.disable();
  trace.disable();
});

async function runAll(said: Said, more: Partial<ServiceAuthOptions>): Promise<void> {
  const exporter = new InMemorySpanExporter();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  const lines = new PassThrough();
  lines.on('data', (chunk: Buffer) => said.say('JSON lines', chunk.toString('utf8')));
  const memory = memorySink();
  const options: ServiceAuthOptions = {
    service: 'spiffe://prod.test/inventory',
    audience: 'https://inventory.test',
    accept: [fakeTokens()],
    audit: fanOut(memory, jsonLines(lines), openTelemetrySpan()),
    privacy: { pseudonymKey: new Secret(`${canary}-${'k'.repeat(32)}`) },
    clock: standingClock(),
    logger: {
      info: (...all) => said.say('log', all),
      warn: (...all) => said.say('log', all),
      error: (...all) => said.say('log', all),
    },
    ...more,
  };
  const auth = createServiceAuth(options);
  const requests = [
    factsWith({ authorization: `Bearer ${canary}` }),
    factsWith({ authorization: `Bearer ${canary}.${canary}.${canary}` }),
    factsWith({ authorization: [`Bearer ${canary}`, `Bearer ${canary}`] }),
    factsWith({ authorization: `Basic ${canary}` }),
    factsWith({ authorization: `${canary} ${canary}` }),
    factsWith({ authorization: `Bearer ${canary} ${canary}` }),
    factsWith({}, { target: `/stock/${canary}?access_token=${canary}` }),
    factsWith({ authorization: 'Bearer good', cookie: canary, dpop: canary, baggage: `countersign.caller=${canary}` }),
    factsWith(
      { authorization: 'Bearer good', traceparent: canary, 'x-api-key': canary },
      { target: `/?key=${canary}` },
    ),
  ];
  await trace.getTracer('test').startActiveSpan('request', async (span) => {
    for (const facts of requests) said.say('verdict', await auth.check(facts, route));
    span.end();
  });
  await auth.ready().catch((error: unknown) => said.say('error', error));
  said.say('inspect', auth);
  said.say('inspect', options);
  said.say('memory', JSON.stringify(memory.events));
  said.say(
    'span',
    JSON.stringify(exporter.getFinishedSpans().map(({ attributes, events }) => ({ attributes, events }))),
  );
  await auth.close();
}

const throwing = () => {
  throw new Error(`the policy quotes ${canary}`);
};
const throwingLines = () => {
  throw new Error(`the engine says:\n    at ${canary} (file.js:1:1)\n    at ${canary}`);
};
const mechanisms: readonly (readonly [string, Partial<ServiceAuthOptions>])[] = [
  ['a mechanism that answers', {}],
  [
    'a mechanism that throws what it saw',
    {
      accept: [
        fakeTokens((token) => {
          throw new Error(token);
        }),
      ],
    },
  ],
  ['a mechanism that rejects', { accept: [fakeTokens(async (token) => Promise.reject(new TypeError(token)))] }],
  ['a policy that throws', { policy: { decide: throwing } }],
  ['a policy that throws lines like those of a stack', { policy: { decide: throwingLines } }],
  [
    'an issuer that cannot be reached',
    {
      accept: [accessToken({ issuer: 'https://issuer.test' })],
      fetch: async () => Promise.reject(new Error(`connect with ${canary}`)),
    },
  ],
  [
    'a sink that throws what it was given',
    {
      audit: {
        write: (event) => {
          throw new Error(`${JSON.stringify(event)} ${canary}`);
        },
      },
    },
  ],
  ['observe mode', { observe: { reason: 'roll-out', owner: 'platform', expires: '2026-12-24' } }],
];

test.each(mechanisms)('no planted secret comes out anywhere: %s', async (_name, more) => {
  const said = listen();
  await runAll(said, more);
  expect(said.holding(canary)).toEqual([]);
  expect(said.places['verdict']).toContain('outcome');
  // The span carried the decision, so that its silence means something.
  if (more.audit === undefined) expect(said.places['span']).toContain('countersign.auth.outcome');
  // The positive control: the same search finds a leak that is planted.
  said.say('log', `planted ${canary}`);
  expect(said.holding(canary)).toEqual(['log']);
});

test('a mechanism that leaks into its refusal is found by this search', async () => {
  const said = listen();
  const leaking = fakeTokens((token) => refuse('TOKEN_SIGNATURE_INVALID', 'signature', { actual: token }));
  await runAll(said, { accept: [leaking] });
  expect(said.holding(canary)).toEqual(expect.arrayContaining(['memory', 'JSON lines']));
});
