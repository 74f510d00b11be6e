/** Handlers of the dispatcher that throw, or end their request: it is over then, and holds nothing open. */
import { type Dispatcher } from 'undici';
import { describe, expect, it } from 'vitest';
import { audience, world } from '../client.test-kit.ts';
import { bearer, sourceOf } from '../credential/fixed-credentials.test-kit.ts';
import { createServiceClient } from '../index.ts';

const { source: ours } = sourceOf(bearer('ours'));

describe('a request by the dispatcher', () => {
  it.each(['onResponseStart', 'onResponseData', 'onResponseEnd'] as const)(
    'a handler whose %s throws ends its request, and does not keep the client open',
    async (step) => {
      const { service, tls } = await world((_one, response) => {
        response.writeHead(200).write('x'.repeat(300_000));
        setImmediate(() => response.end('end'));
      });
      const inventory = createServiceClient({ baseUrl: service.origin, audience, credentials: ours, tls });
      const broken = new Error('a broken handler');
      const fault = await new Promise<unknown>((resolve) => {
        const throwing = (): never => {
          throw broken;
        };
        const handler: Dispatcher.DispatchHandler = {
          onRequestStart: () => {},
          onResponseStart: () => {},
          onResponseData: () => {},
          onResponseEnd: () => {},
          onResponseError: (_control, error) => resolve(error),
          [step]: throwing,
        };
        inventory.dispatcher().dispatch({ origin: service.origin, path: '/', method: 'GET' }, handler);
      });
      expect(fault).toBe(broken);
      await inventory.close();
    },
  );

  it('a handler that has ended its request is told of nothing more but that', async () => {
    const { inventory, service } = await world((_one, response) => void response.end('x'.repeat(3_000_000)));
    const enough = new Error('enough');
    const told: string[] = [];
    await new Promise<void>((resolve) => {
      const handler: Dispatcher.DispatchHandler = {
        onRequestStart: () => {},
        onResponseStart: () => void told.push('start'),
        onResponseData: (control) => {
          told.push('data');
          control.abort(enough);
        },
        onResponseEnd: () => void told.push('end'),
        onResponseError: (_control, error) => {
          told.push(error === enough ? 'its reason' : 'another error');
          resolve();
        },
      };
      inventory.dispatcher().dispatch({ origin: service.origin, path: '/', method: 'GET' }, handler);
    });
    expect(told).toEqual(['start', 'data', 'its reason']);
  });
});
