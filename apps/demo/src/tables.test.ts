import type { AuditEvent } from '@countersign/core';
import type { QueueMessage } from '@countersign/queue-app/connect-queue';
import { describe, expect, it } from 'vitest';
import { shellWord } from './curl-commands.ts';
import { EventLog } from './event-log.ts';
import { paintFor } from './paint.ts';
import { stepTableRow } from './step-table.ts';
import { tableRow } from './table.ts';
import { finalEvents, whoCalledWhat } from './who-called-what.ts';

const traceId = 'ab'.repeat(16);

function event(id: string, more: Partial<AuditEvent>): AuditEvent {
  return {
    'schema.version': '1.0',
    'event.id': id,
    'event.name': 'authz.allow',
    'event.time': '2026-11-24T12:00:00.000Z',
    'event.outcome': 'success',
    'request.id': 'request-1',
    'service.name': 'spiffe://demo.internal/gateway',
    'caller.id': 'spiffe://demo.internal/storefront',
    'caller.type': 'workload',
    'auth.method': 'mtls',
    'auth.assurance': 'high',
    'policy.decision': 'allow',
    'policy.mode': 'enforce',
    trace_id: traceId,
    span_id: 'cd'.repeat(8),
    ...more,
  };
}

describe('who called what', () => {
  it('joins the events of all services by trace, in their order, with the last decision of each request', () => {
    const log = new EventLog();
    log.add(event('3', { 'service.name': 'spiffe://demo.internal/orders', 'http.route': '/orders' }));
    log.add(event('2', { 'http.route': '/checkout', 'http.request.method': 'POST' }));
    log.add(event('1', {}));
    log.add(event('0', { trace_id: 'ef'.repeat(16) }));
    expect(finalEvents(log.ofTrace(traceId)).map((one) => one['event.id'])).toEqual(['2', '3']);
    const table = whoCalledWhat(log, [traceId], paintFor({}, {})).split('\n');
    expect(table).toHaveLength(4);
    expect(table[2]).toMatch(/^abababab +storefront +- +- +gateway +POST \/checkout +allowed/);
  });

  it('names nobody where nobody was verified', () => {
    const { 'caller.id': _unknown, ...refused } = event('1', {
      'event.outcome': 'failure',
      'event.reason': 'CREDENTIAL_MISSING',
    });
    const log = new EventLog();
    log.add(refused);
    expect(whoCalledWhat(log, [traceId], paintFor({}, {}))).toMatch(
      /nobody +- +- +gateway .*refused CREDENTIAL_MISSING/,
    );
  });

  it('tells for whom, by a pseudonym, and who acted, the caller first', () => {
    const log = new EventLog();
    log.add(
      event('1', {
        'service.name': 'spiffe://demo.internal/payments',
        'caller.id': 'spiffe://demo.internal/orders',
        'user.hash': 'abcdefghijkl',
        'actor.chain': ['orders', 'oauth:https://issuer#gateway', 'spiffe://demo.internal/edge'],
        'auth.methods': ['client-certificate', 'access-token'],
      }),
    );
    const [, , row] = whoCalledWhat(log, [traceId], paintFor({}, {})).split('\n');
    expect(row).toMatch(/orders +user abcdef +orders ← gatewa… +payments .* certificate \+ token$/);
  });

  it('names messages, services of others, and keys that tokens are bound to', () => {
    const log = new EventLog();
    const sealed = { 'messaging.destination.name': 'orders.placed', 'auth.methods': ['sealed-message'] };
    log.add(event('1', sealed));
    log.add(
      event('2', {
        'service.name': 'spiffe://bank.example/api',
        'auth.methods': ['access-token'],
        'auth.binding': 'jkt',
      }),
    );
    const [, , first, second] = whoCalledWhat(log, [traceId], paintFor({}, {})).split('\n');
    expect(first).toMatch(/gateway +message orders\.placed +allowed +seal$/);
    expect(second).toMatch(/ bank .* token \+ its key$/);
  });
});

describe('the live table', () => {
  const step = { title: 'a step', call: { url: 'https://x' }, status: 401, reason: 'TOKEN_EXPIRED' } as const;

  it('says yes or NO, and what went wrong', () => {
    const plain = paintFor({ isTTY: false }, {});
    const good = { step, status: 401, reason: 'TOKEN_EXPIRED', traceId, ok: true, trouble: undefined };
    expect(stepTableRow(good, plain)).toMatch(/401 TOKEN_EXPIRED +401 +TOKEN_EXPIRED +yes$/);
    const bad = { ...good, status: 200, reason: undefined, ok: false, trouble: 'answered 200' };
    expect(stepTableRow(bad, plain)).toMatch(/401 TOKEN_EXPIRED +200 +- +NO\n +answered 200$/);
  });

  it('expects of a message what the audit says of it, and of an exchange what the answer says', () => {
    const plain = paintFor({}, {});
    const message = {
      title: 'a message',
      message: (heard: QueueMessage) => heard,
      reason: 'MESSAGE_REPLAYED',
    } as const;
    const refused = { status: undefined, reason: 'MESSAGE_REPLAYED', traceId, ok: true, trouble: undefined };
    expect(stepTableRow({ ...refused, step: message }, plain)).toMatch(/ MESSAGE_REPLAYED +- +MESSAGE_REPLAYED +yes$/);
    const exchange = { title: 'an exchange', call: { url: 'https://x' }, status: 400, says: 'invalid_scope', hops: 0 };
    const told = { ...refused, status: 400, reason: undefined };
    expect(stepTableRow({ ...told, step: exchange }, plain)).toMatch(/ 400 invalid_scope +400 +- +yes$/);
  });

  it('is coloured on a terminal only, and never under NO_COLOR', () => {
    expect(paintFor({ isTTY: true }, {}).good('yes')).toContain('\u001b[');
    for (const [stream, environment] of [
      [{ isTTY: false }, {}],
      [{}, {}],
      [{ isTTY: true }, { NO_COLOR: '1' }],
    ] as const) {
      expect(paintFor(stream, environment).good('yes')).toBe('yes');
    }
  });

  it('cuts what is too wide, and pads what is not', () => {
    const columns = [
      { title: 'a', width: 4 },
      { title: 'b', width: 4 },
    ];
    expect(tableRow(columns, ['x', 'y'])).toBe('x     y');
    expect(tableRow(columns, ['longer', 'y'])).toBe('lon…  y');
  });
});

describe('a word for the shell', () => {
  it.each([
    ['/tmp/a-b/key.pem', '/tmp/a-b/key.pem'],
    ['@/tmp/a', '@/tmp/a'],
    ['/tmp/a b', "'/tmp/a b'"],
    ['$(id)', "'$(id)'"],
    ["it's", String.raw`'it'\''s'`],
    ['', "''"],
  ])('of %j is %s', (text, word) => {
    expect(shellWord(text)).toBe(word);
  });
});
