/** How the question to an issuer proves this service: the proof may change, warn, and need what is not there. */
import { setMaxListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Secret } from '../errors/secret.ts';
import type { ClientAuthentication } from './client-authentication.ts';
import { clientSecret } from './client-secret.ts';
import { AskedIssuer, answerWith, askedRecord } from './introspection.test-kit.ts';
import { createIntrospector } from './introspector.ts';
import { tlsClientAuth } from './tls-client-auth.ts';
import { now } from './token.test-kit.ts';

const { signal } = new AbortController();
setMaxListeners(0, signal);
const ties = { signal, keysOf: () => undefined };

function basic(secret: string): string {
  return `Basic ${Buffer.from(`inventory:${secret}`).toString('base64')}`;
}

function bench(secrets: readonly string[], status = 401) {
  const left = [...secrets];
  const read = () => ({ secret: new Secret((left.length > 1 ? left.shift() : left[0]) ?? '') });
  const asked = new AskedIssuer();
  const authentication = clientSecret({ clientId: 'inventory', clientSecret: { read } });
  asked.answer = () => {
    const sent = asked.questions.at(-1)?.headers.get('authorization');
    return sent === basic('good')
      ? Response.json(answerWith())
      : Response.json({ error: 'invalid_client' }, { status });
  };
  return { asked, introspector: createIntrospector(askedRecord({ authentication }), asked.runtime(), ties) };
}

describe('a secret that the issuer refuses', () => {
  it('is asked for again, and the question goes out once more', async () => {
    const { asked, introspector } = bench(['old', 'good']);
    expect(await introspector.introspect('a')).toMatchObject({ ok: true });
    expect(asked.questions.map(({ headers }) => headers.get('authorization'))).toEqual([basic('old'), basic('good')]);
    expect(asked.codes()).toEqual([]);
  });

  it.each<[string, readonly string[], number, number]>([
    ['is the same again', ['old'], 401, 1],
    ['is another wrong one', ['old', 'older'], 401, 2],
    ['did not matter to a firewall', ['old', 'good'], 403, 1],
    ['did not matter to a question that is disliked', ['old', 'good'], 400, 1],
  ])('costs no more questions when it %s', async (_name, secrets, status, questions) => {
    const { asked, introspector } = bench(secrets, status);
    expect(await introspector.introspect('a')).toMatchObject({ ok: false, reason: 'INTROSPECTION_UNAVAILABLE' });
    expect(asked.questions).toHaveLength(questions);
  });
});

describe('a proof that never comes', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each<[string, object]>([
    ['at first', { prove: () => new Promise(() => {}) }],
    ['the second time', { renew: () => new Promise(() => {}) }],
  ])('ends its question, and holds no place for ever (%s)', async (_name, hanging) => {
    const asked = new AskedIssuer();
    asked.answer = () => Response.json({ error: 'invalid_client' }, { status: 401 });
    const authentication: ClientAuthentication = { clientId: 'inventory', prove: () => {}, ...hanging };
    const introspector = createIntrospector(askedRecord({ authentication }), asked.runtime(), ties);
    for (let round = 0; round < 3; round += 1) {
      // More than there are places.
      const questions = Array.from({ length: 200 }, async (_none, index) =>
        introspector.introspect(`${round}-${index}`),
      );
      await vi.advanceTimersByTimeAsync(5_000);
      const answers = await Promise.all(questions);
      expect(answers.every((answer) => !answer.ok && answer.reason === 'INTROSPECTION_UNAVAILABLE')).toBe(true);
      asked.passed += 60_000;
    }
    Object.assign(authentication, { prove: () => {} });
    asked.answer = () => Response.json(answerWith({ exp: now + 1_000 }));
    expect(await introspector.introspect('a')).toMatchObject({ ok: true });
  });
});

it('a shared secret is told of at start, with the issuer', () => {
  const { asked } = bench(['good']);
  expect(asked.startNotices).toMatchObject([
    { code: 'CLIENT_SECRET_SHARED', level: 'warn', facts: { clientId: 'inventory', issuer: 'https://issuer.test' } },
  ]);
});

it('a proof by certificate is a fault at start: questions show none', () => {
  expect(() => askedRecord({ authentication: tlsClientAuth({ clientId: 'inventory' }) })).toThrow(
    /introspection\.authentication: needs a certificate/,
  );
});
