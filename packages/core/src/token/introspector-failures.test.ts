import { setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { failuresUntilOpen } from '../runtime/circuit-breaker.ts';
import { AskedIssuer, answerWith, askedRecord } from './introspection.test-kit.ts';
import { createIntrospector, type Introspector } from './introspector.ts';
import { issuer } from './token.test-kit.ts';

const { signal } = new AbortController();
setMaxListeners(0, signal);
const ties = { signal, keysOf: () => undefined };
const unavailable = { ok: false, reason: 'INTROSPECTION_UNAVAILABLE' };
const good = { ok: true };

function bench(...options: Parameters<typeof askedRecord>): { asked: AskedIssuer; introspector: Introspector } {
  const asked = new AskedIssuer();
  return { asked, introspector: createIntrospector(askedRecord(...options), asked.runtime(), ties) };
}

describe('an issuer that fails', () => {
  const html = (): Response => new Response('<p>{"active":true}</p>', { headers: { 'content-type': 'text/html' } });
  it.each<[string, () => Response | Promise<Response>, string]>([
    ['answers HTML', html, 'INTROSPECTION_FAILED'],
    ['answers 500', () => new Response('', { status: 500 }), 'INTROSPECTION_FAILED'],
    [
      'redirects',
      () => new Response('', { status: 307, headers: { location: 'https://evil.test' } }),
      'INTROSPECTION_FAILED',
    ],
    [
      'answers with more than it may',
      () => Response.json({ ...answerWith(), x: 'x'.repeat(100_000) }),
      'INTROSPECTION_FAILED',
    ],
    ['is not there', () => Promise.reject(new Error('canary')), 'INTROSPECTION_FAILED'],
    ['hangs', () => new Promise(() => {}), 'INTROSPECTION_FAILED'],
    ['says active: "true"', () => Response.json(answerWith({ active: 'true' })), 'INTROSPECTION_FAILED'],
    ['does not like the question', () => Response.json({ error: 'x' }, { status: 400 }), 'INTROSPECTION_FAILED'],
    [
      'does not know us',
      () => Response.json({ error: 'invalid_client' }, { status: 401 }),
      'INTROSPECTION_CREDENTIALS_REFUSED',
    ],
    ['forbids us', () => new Response('', { status: 403 }), 'INTROSPECTION_CREDENTIALS_REFUSED'],
  ])(
    'when it %s the request gets 503, an operator learns of it, and nothing is remembered',
    async (_name, answer, code) => {
      const { asked, introspector } = bench({ timeoutMilliseconds: 100 });
      asked.answer = answer;
      const outcome = await introspector.introspect('token-canary');
      expect(outcome).toMatchObject(unavailable);
      expect(asked.codes()).toEqual([code]);
      expect(JSON.stringify([outcome, asked.notices])).not.toContain('canary');
      asked.answer = () => Response.json(answerWith());
      expect(await introspector.introspect('token-canary')).toMatchObject(good);
    },
  );

  it('is left alone after some failures in a row, and what is remembered still serves', async () => {
    const { asked, introspector } = bench();
    await introspector.introspect('known');
    asked.answer = () => new Response('', { status: 500 });
    for (let index = 0; index < 20; index += 1) {
      expect(await introspector.introspect('unknown')).toMatchObject(unavailable);
    }
    expect(asked.questions).toHaveLength(1 + failuresUntilOpen);
    expect(introspector.introspect('known')).toMatchObject(good);
    asked.passed = 1_000;
    asked.answer = () => Response.json(answerWith());
    expect(await introspector.introspect('unknown')).toMatchObject(good);
  });

  it('is left alone at once when it asks for it', async () => {
    const { asked, introspector } = bench();
    asked.answer = () => new Response('', { status: 429, headers: { 'retry-after': '20' } });
    await introspector.introspect('a');
    asked.answer = () => Response.json(answerWith());
    asked.passed = 19_999;
    expect(await introspector.introspect('a')).toMatchObject(unavailable);
    asked.passed = 20_000;
    expect(await introspector.introspect('a')).toMatchObject(good);
  });

  it.each([
    [400, 'the issuer'],
    [403, 'a firewall in front of it'],
    [413, 'the issuer'],
    [422, 'the issuer'],
  ])('is not taken for broken because a stranger sends tokens that get %i from %s', async (status) => {
    const { asked, introspector } = bench();
    asked.answer = (token) => (token === 'good' ? Response.json(answerWith()) : new Response('', { status }));
    for (let index = 0; index < 20; index += 1) await introspector.introspect(`../../etc/passwd/${index}`);
    expect(await introspector.introspect('good')).toMatchObject(good);
    expect(asked.questions).toHaveLength(21);
  });

  it('is told of once a second, with a count, however many tokens a stranger sends', async () => {
    const { asked, introspector } = bench();
    asked.answer = () => new Response('', { status: 400 });
    for (let index = 0; index < 100; index += 1) await introspector.introspect(`strange-${index}`);
    expect(asked.codes()).toEqual(['INTROSPECTION_FAILED']);
    asked.answer = () => new Response('', { status: 403 });
    await introspector.introspect('other trouble');
    expect(asked.codes()).toEqual(['INTROSPECTION_FAILED', 'INTROSPECTION_CREDENTIALS_REFUSED']);
    asked.passed = 1_000;
    await introspector.introspect('later');
    expect(asked.notices[2]?.facts).toMatchObject({ failuresSinceStart: 102 });
  });

  it('is looked for again, because its address may have moved', async () => {
    const { asked, introspector } = bench({ cacheSeconds: 0 });
    await introspector.introspect('a');
    asked.answer = () => new Response('', { status: 404 });
    await introspector.introspect('a');
    asked.metadata = { issuer, introspection_endpoint: `${issuer}/moved` };
    asked.answer = () => Response.json(answerWith());
    expect(await introspector.introspect('a')).toMatchObject(good);
    expect(asked.questions.at(-1)?.url).toBe(`${issuer}/moved`);
  });

  it('is not asked any more once the service closes', async () => {
    const asked = new AskedIssuer();
    const closing = new AbortController();
    const introspector = createIntrospector(askedRecord(), asked.runtime(), { ...ties, signal: closing.signal });
    asked.answer = () => new Promise(() => {});
    const waiting = introspector.introspect('a');
    closing.abort();
    expect(await waiting).toMatchObject(unavailable);
    expect(await introspector.introspect('b')).toMatchObject(unavailable);
    expect(asked.notices).toEqual([]);
  });
});
