import { describe, expect, it } from 'vitest';
import { audience, faultOf, testClock } from '../client.test-kit.ts';
import { createServiceClient } from '../index.ts';

describe('plain http', () => {
  const waiver = { reason: 'the mesh encrypts', owner: 'platform', expires: '2999-12-31' };
  const answerOk = () => Promise.resolve(new Response('{}'));

  it('takes a waiver, is told, and ends with it', async () => {
    const clock = testClock();
    const notices: object[] = [];
    const note = (fields: object): void => void notices.push(fields);
    const expires = new Date(clock.wall).toISOString().slice(0, 10);
    const inventory = createServiceClient({
      baseUrl: 'http://inventory.test',
      audience,
      fetch: answerOk,
      clock,
      allowHttp: { ...waiver, expires },
      logger: { info: note, warn: note, error: note },
    });
    expect((await inventory.fetch('/')).status).toBe(200);
    expect(notices).toMatchObject([{ code: 'WAIVER_IN_FORCE', owner: 'platform' }]);
    clock.advance(86_400);
    expect(await faultOf(inventory.fetch('/'))).toMatchObject({ code: 'WAIVER_ENDED' });
  });

  it('does not weaken a client that is on https', async () => {
    const sent: string[] = [];
    const fetch = (url: string) => {
      sent.push(url);
      return answerOk();
    };
    const inventory = createServiceClient({ baseUrl: 'https://inventory.test', audience, fetch, allowHttp: waiver });
    expect(await faultOf(inventory.fetch('http://inventory.test/a'))).toMatchObject({ code: 'TARGET_REFUSED' });
    expect(sent).toEqual([]);
  });
});
