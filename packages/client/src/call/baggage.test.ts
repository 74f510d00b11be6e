/** Baggage (W3C): read and signed by nobody. The client sends none of its own, and none that claims an identity. */
import { runInContext } from '@countersign/core';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { world } from '../client.test-kit.ts';
import { callerNamed } from '../credential/fixed-credentials.test-kit.ts';

describe('row 87: no identity in baggage', () => {
  const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true };
  const caller = callerNamed('orders');

  it('a call inside a request with a caller sends its trace, and no baggage', async () => {
    const { inventory: service, service: server } = await world();
    await runInContext({ trace, requestId: 'r', caller }, () => service.fetch('/'));
    await runInContext({ trace, requestId: 'r', caller }, () =>
      request(`${server.origin}/`, { dispatcher: service.dispatcher() }),
    );
    for (const { headers } of server.seen) {
      expect(headers['traceparent']).toBe(`00-${trace.traceId}-${trace.spanId}-01`);
      expect(Object.keys(headers)).not.toContain('baggage');
      expect(JSON.stringify(headers)).not.toContain('orders');
    }
    expect(server.seen).toHaveLength(2);
  });

  it.each([
    ['an entry of an application', 'region=eu', true],
    ['a value with our name', 'region=countersign.caller', true],
    ['an entry with a longer name', 'xcountersign.caller=admin', true],
    ['an entry of ours', 'countersign.caller=admin', false],
    ['one behind others', 'region=eu , Countersign.Subject = alice;p=1', false],
    ['a value with an escaped comma before our name', 'region=eu%2Ccountersign.caller', true],
    ['one that is escaped', 'countersign%2Ecaller=admin', false],
    ['one with one letter escaped', 'region=eu,%63ountersign.caller=admin', false],
    ['one with every letter escaped', '%43%6f%75%6E%74%65%72%73%69%67%6e%2e%73=admin', false],
  ])('of the making of an application is sent unless it claims an identity: %s', async (_name, baggage, isSent) => {
    const { inventory: service, service: server } = await world();
    const outcome = await service.fetch('/', { headers: { baggage } }).then(
      () => 'sent',
      (fault: unknown) => fault,
    );
    if (isSent) expect(server.seen[0]?.headers['baggage']).toBe(baggage);
    else {
      expect(outcome).toMatchObject({ code: 'HEADER_REFUSED', detail: { actual: 'baggage' } });
      expect(server.seen).toEqual([]);
    }
  });
});
