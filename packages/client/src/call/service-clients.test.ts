import { type ConfigurationError } from '@countersign/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { audience, faultOf, world } from '../client.test-kit.ts';
import { bearer, sourceOf, subjectSource } from '../credential/fixed-credentials.test-kit.ts';
import { createServiceClients, type ServiceClientsOptions } from '../index.ts';

const baseUrl = 'https://inventory.test';

describe('several clients', () => {
  it('are made, asked and closed together', async () => {
    const { service, tls } = await world();
    const { source, life } = subjectSource();
    const all = createServiceClients({
      inventory: { baseUrl: service.origin, audience, credentials: sourceOf(bearer('a')).source, tls },
      payments: {
        baseUrl: service.origin,
        audience,
        credentials: sourceOf(bearer('b')).source,
        onBehalfOf: source,
        tls,
      },
    });
    onTestFinished(() => all.close());
    await all.ready();
    await all.clients.inventory.fetch('/a');
    await all.clients.payments.fetch('/b');
    expect(service.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer a', 'Bearer b']);
    await Promise.all([all.close(), all.close()]);
    for (const one of Object.values(all.clients)) {
      expect(await faultOf(one.fetch('/'))).toMatchObject({ code: 'CLIENT_CLOSED' });
    }
    expect(life.closed).toBe(1);
  });

  it('are not ready while one of them is not', async () => {
    const failing = { bind: () => ({ credential: () => Promise.reject(new Error('down')) }) };
    const all = createServiceClients({
      good: { baseUrl, audience, credentials: sourceOf(bearer('a')).source },
      bad: { baseUrl, audience, credentials: failing },
    });
    expect(await faultOf(all.ready())).toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE' });
    await all.close();
  });

  it('are all closed when the source of one of them fails to', async () => {
    const { source, life } = subjectSource();
    const stuck = {
      bindOnBehalfOf: () => ({
        ...source.bindOnBehalfOf({} as never),
        close: () => Promise.reject(new Error('stuck')),
      }),
    };
    const all = createServiceClients({
      one: { baseUrl, audience, onBehalfOf: stuck },
      two: { baseUrl, audience, onBehalfOf: source },
    });
    await expect(all.close()).rejects.toThrow('stuck');
    expect(life.closed).toBe(1);
  });

  it.each<readonly [string, object | undefined, readonly string[]]>([
    ['none', {}, ['clients']],
    ['no object', undefined, ['clients']],
    [
      'faults in two of three',
      { a: { baseUrl, audience: '' }, b: { audience }, c: undefined },
      ['a.audience', 'a.credentials', 'b.baseUrl', 'b.credentials', 'c.options'],
    ],
  ])('are refused at once with every fault, by name: %s', (_name, options, expected) => {
    const { source, life } = subjectSource();
    const good = expected.length > 1 ? { good: { baseUrl, audience, onBehalfOf: source } } : {};
    let faults: readonly string[] = [];
    try {
      createServiceClients((options && { ...good, ...options }) as ServiceClientsOptions);
    } catch (error) {
      faults = (error as ConfigurationError).faults.map(({ option }) => option);
    }
    expect(faults).toEqual(expected);
    expect(life.closed).toBe(expected.length > 1 ? 1 : 0);
  });
});
