import { setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { AskedIssuer, answerWith, askedRecord } from './introspection.test-kit.ts';
import { createIntrospector, type Introspector } from './introspector.ts';
import { audience, issuer, now } from './token.test-kit.ts';

const { signal } = new AbortController();
setMaxListeners(0, signal);
const ties = { signal, keysOf: () => undefined };
const inactive = { ok: false, reason: 'TOKEN_INACTIVE' };
const unavailable = { ok: false, reason: 'INTROSPECTION_UNAVAILABLE' };
const good = { ok: true };

function bench(...options: Parameters<typeof askedRecord>): { asked: AskedIssuer; introspector: Introspector } {
  const asked = new AskedIssuer();
  return { asked, introspector: createIntrospector(askedRecord(...options), asked.runtime(), ties) };
}

describe('a question', () => {
  it('goes to the endpoint that the metadata name, as a form, with the token in the body alone', async () => {
    const { asked, introspector } = bench();
    expect(await introspector.introspect('opaque+1')).toMatchObject(good);
    const [question] = asked.questions;
    expect(question?.url).toBe(`${issuer}/introspect`);
    expect(Object.fromEntries(question?.body ?? [])).toEqual({ token: 'opaque+1', token_type_hint: 'access_token' });
    const headers = Object.fromEntries(question?.headers ?? []);
    expect(headers).toMatchObject({ accept: 'application/json', authorization: expect.stringMatching(/^Basic /) });
    expect(JSON.stringify(headers)).not.toContain('opaque');
  });

  it('goes to the endpoint that the options name, without metadata', async () => {
    const { asked, introspector } = bench({ endpoint: 'https://tokens.test/ask' });
    expect(await introspector.introspect('a')).toMatchObject(good);
    expect(asked.questions.map(({ url }) => url)).toEqual(['https://tokens.test/ask']);
    expect(asked.metadataRequests).toBe(0);
  });

  it.each([
    ['no endpoint', { issuer }],
    ['an endpoint of a foreign origin', { issuer, introspection_endpoint: 'https://evil.test/introspect' }],
    ['an endpoint on http', { issuer, introspection_endpoint: 'http://issuer.test/introspect' }],
    ['another issuer', { issuer: 'https://other.test', introspection_endpoint: `${issuer}/introspect` }],
  ])('goes nowhere when the metadata name %s, and the service is not ready', async (_name, metadata) => {
    const { asked, introspector } = bench();
    asked.metadata = metadata;
    expect(await introspector.introspect('a')).toMatchObject(unavailable);
    expect(asked.questions).toEqual([]);
    await expect(introspector.ready()).rejects.toThrow('CONFIG_DISCOVERY_REFUSED');
  });

  it('goes to a listed origin', async () => {
    const { asked, introspector } = bench({ origins: ['https://tokens.test'] });
    asked.metadata = { issuer, introspection_endpoint: 'https://tokens.test/ask' };
    await introspector.ready();
    expect(await introspector.introspect('a')).toMatchObject(good);
  });

  it('is not sent when the client authentication fails, and says nothing of its secret', async () => {
    const prove = (): never => {
      throw new Error('canary');
    };
    const { asked, introspector } = bench({ authentication: { clientId: 'x', prove } });
    const outcome = await introspector.introspect('a');
    expect(outcome).toMatchObject(unavailable);
    expect(asked.questions).toEqual([]);
    expect(JSON.stringify([outcome, asked.notices])).not.toContain('canary');
  });
});

describe('answers are remembered', () => {
  it('for thirty seconds, and then asked for again', async () => {
    const { asked, introspector } = bench();
    await introspector.introspect('a');
    asked.passed = 29_999;
    expect(introspector.introspect('a')).toMatchObject(good);
    asked.passed = 30_000;
    expect(await introspector.introspect('a')).toMatchObject(good);
    expect(asked.questions).toHaveLength(2);
  });

  it('for no longer than the token lives', async () => {
    const { asked, introspector } = bench();
    asked.answer = () => Response.json(answerWith({ exp: now + 10 }));
    await introspector.introspect('a');
    asked.passed = 10_000;
    asked.answer = () => Response.json({ active: false });
    expect(await introspector.introspect('a')).toMatchObject(inactive);
  });

  it('not past the expiry by a wall clock that was set', async () => {
    const asked = new AskedIssuer();
    let offset = 0;
    const clock = { now: () => now * 1000 + offset, monotonic: () => 0 };
    const introspector = createIntrospector(askedRecord(), asked.runtime({ clock }), ties);
    await introspector.introspect('a');
    offset = 400_000;
    expect(await introspector.introspect('a')).toMatchObject({ reason: 'TOKEN_EXPIRED' });
  });

  it('not at all when the options say so', async () => {
    const { asked, introspector } = bench({ cacheSeconds: 0 });
    await introspector.introspect('a');
    asked.answer = () => Response.json({ active: false });
    expect(await introspector.introspect('a')).toMatchObject(inactive);
    await introspector.introspect('a');
    expect(asked.questions).toHaveLength(3);
  });

  it('for five seconds when the token was refused', async () => {
    const { asked, introspector } = bench();
    asked.answer = () => Response.json({ active: false });
    expect(await introspector.introspect('a')).toMatchObject(inactive);
    asked.passed = 4_999;
    expect(await introspector.introspect('a')).toMatchObject(inactive);
    expect(asked.questions).toHaveLength(1);
    asked.passed = 5_000;
    asked.answer = () => Response.json(answerWith());
    expect(await introspector.introspect('a')).toMatchObject(good);
  });

  it('and a flood of invented tokens does not push the good ones out', async () => {
    const { asked, introspector } = bench();
    await introspector.introspect('good');
    asked.answer = () => Response.json({ active: false });
    for (let index = 0; index < 12_000; index += 1) await introspector.introspect(`invented-${index}`);
    expect(introspector.introspect('good')).toMatchObject(good);
  });

  it('for the service and the client that asked, and for no other', async () => {
    const asked = new AskedIssuer();
    asked.answer = () => Response.json(answerWith());
    const record = askedRecord();
    const mine = createIntrospector(record, asked.runtime(), ties);
    const other = createIntrospector(record, asked.runtime({ audience: ['https://payments.test'] }), ties);
    const client = { clientId: 'payments', prove: () => {} };
    const foreign = createIntrospector(askedRecord({ authentication: client }), asked.runtime(), ties);
    expect(await mine.introspect('a')).toMatchObject(good);
    expect(await other.introspect('a')).toMatchObject({ reason: 'TOKEN_AUDIENCE_MISMATCH' });
    expect(await foreign.introspect('a')).toMatchObject(good);
    expect(asked.questions).toHaveLength(3);
  });

  it('without an audience only while the waiver is in force', async () => {
    const allowMissingAudience = { reason: 'old server', owner: 'platform', expires: '2026-11-24' };
    const asked = new AskedIssuer();
    asked.answer = () => Response.json(answerWith({ aud: undefined, exp: now + 86_400 }));
    const introspector = createIntrospector(askedRecord({ allowMissingAudience }), asked.runtime(), ties);
    const end = Date.UTC(2026, 10, 25) - now * 1000;
    asked.passed = end - 1_000;
    expect(await introspector.introspect('a')).toMatchObject(good);
    asked.passed = end;
    expect(await introspector.introspect('a')).toMatchObject({ reason: 'TOKEN_AUDIENCE_MISMATCH' });
  });
});

describe('requests that wait for the same token', () => {
  it('cost the issuer one question, and one search for the endpoint', async () => {
    const { asked, introspector } = bench();
    const outcomes = await Promise.all(Array.from({ length: 50 }, async () => introspector.introspect('a')));
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect([asked.questions.length, asked.metadataRequests]).toEqual([1, 1]);
  });

  it('wait for it alone: another token has its own question', async () => {
    const { asked, introspector } = bench();
    asked.answer = (token) => Response.json(token === 'a' ? answerWith() : { active: false });
    const [one, other] = await Promise.all([introspector.introspect('a'), introspector.introspect('b')]);
    expect([one, other]).toMatchObject([good, inactive]);
    expect([asked.questions.length, asked.metadataRequests]).toEqual([2, 1]);
  });

  it('are not more than the issuer can bear', async () => {
    const { asked, introspector } = bench();
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    asked.answer = async () => {
      await gate;
      return Response.json(answerWith());
    };
    const waiting = Array.from({ length: 128 }, async (_, index) => introspector.introspect(`token-${index}`));
    expect(await introspector.introspect('one more')).toMatchObject(unavailable);
    release();
    expect((await Promise.all(waiting)).every(({ ok }) => ok)).toBe(true);
    expect(await introspector.introspect('one more')).toMatchObject(good);
  });
});

it('the audience of the record goes before that of the service', async () => {
  const { asked, introspector } = bench({}, { audience: 'urn:inventory' });
  asked.answer = () => Response.json(answerWith({ aud: audience }));
  expect(await introspector.introspect('a')).toMatchObject({ reason: 'TOKEN_AUDIENCE_MISMATCH' });
  asked.answer = () => Response.json(answerWith({ aud: 'urn:inventory' }));
  expect(await introspector.introspect('b')).toMatchObject(good);
});
