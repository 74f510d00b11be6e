import { inspect } from 'node:util';
import { Secret } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { audience, client, faultOf, json, world } from '../client.test-kit.ts';

describe('credentials of one’s own making', () => {
  it('are asked for each call, and told which credential was refused', async () => {
    const first = { scheme: 'Bearer', token: new Secret('first') } as const;
    const second = { scheme: 'Bearer', token: new Secret('second') } as const;
    const told: unknown[] = [];
    const { service, tls } = await world((one, response) =>
      json(response, one.headers.authorization === 'Bearer second' ? 200 : 401, {}),
    );
    const credentials = {
      bind: () => ({
        credential: (request: { rejected?: unknown }) => {
          told.push(request.rejected);
          return Promise.resolve(request.rejected === undefined ? first : second);
        },
      }),
    };
    const inventory = client({ baseUrl: service.origin, audience, credentials, tls });
    expect((await inventory.fetch('/')).status).toBe(200);
    expect(told).toEqual([undefined, first]);
  });

  it('that fail end the call, and what they throw is not shown', async () => {
    const { service, tls } = await world();
    const credentials = { bind: () => ({ credential: () => Promise.reject(new Error('vault says hunter2')) }) };
    const inventory = client({ baseUrl: service.origin, audience, credentials, tls });
    const fault = await faultOf(inventory.fetch('/'));
    expect(fault).toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE' });
    expect(inspect(fault, { depth: 10, showHidden: true })).not.toContain('hunter2');
    expect(service.seen).toEqual([]);
  });
});
