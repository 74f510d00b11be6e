/** A secret that changes while the service runs: from a source that answers, fails and lies, as a test says. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Secret } from '../errors/secret.ts';
import type { ClientAuthentication, ClientAuthenticationWarning } from './client-authentication.ts';
import { clientSecret, type ClientSecretOptions } from './client-secret.ts';
import { clientWarnings } from './client-warnings.ts';
import type { SecretSource } from './secret-source.ts';

const start = Date.parse('2026-11-26T00:00:00Z');
const day = 86_400_000;

async function sentAt(authentication: ClientAuthentication, now: number): Promise<string | null> {
  const form = { url: 'https://i.test/token', issuer: 'https://i.test', body: new URLSearchParams() };
  const headers = new Headers();
  await authentication.prove({ ...form, headers, now });
  const [, encoded = ''] = headers.get('authorization')?.split(' ') ?? [];
  return Buffer.from(encoded, 'base64').toString();
}

function vault(changes: Partial<SecretSource> = {}) {
  const state = { asked: 0, answer: 'one' as unknown, authentication: undefined as unknown as ClientAuthentication };
  const read = async () => {
    state.asked += 1;
    if (state.answer instanceof Error) throw state.answer;
    return { secret: typeof state.answer === 'string' ? new Secret(state.answer) : (state.answer as Secret) };
  };
  state.authentication = clientSecret({ clientId: 'c', clientSecret: { read, ...changes } });
  return state;
}

function codes(authentication: ClientAuthentication, now: number): readonly string[] {
  return (authentication.warnings?.(now) ?? []).map(({ code }) => code);
}

describe('a secret from a source', () => {
  it('is asked for once by all who wait, and again after a minute', async () => {
    const source = vault();
    const sent = await Promise.all(Array.from({ length: 20 }, () => sentAt(source.authentication, start)));
    expect(new Set(sent)).toEqual(new Set(['c:one']));
    source.answer = 'two';
    expect(await sentAt(source.authentication, start + 59_000)).toBe('c:one');
    expect(source.asked).toBe(1);
    expect(await sentAt(source.authentication, start + 60_000)).toBe('c:two');
    expect(source.asked).toBe(2);
  });

  it('is asked for again when the clock was set back', async () => {
    const source = vault();
    await sentAt(source.authentication, start);
    source.answer = 'two';
    expect(await sentAt(source.authentication, start - 3_600_000)).toBe('c:two');
  });

  it('is asked for again when the server has refused it, and says whether it is another one', async () => {
    const source = vault();
    await sentAt(source.authentication, start);
    expect(await source.authentication.renew?.('https://i.test')).toBe(false);
    source.answer = 'two';
    expect(await source.authentication.renew?.('https://i.test')).toBe(true);
    expect(await sentAt(source.authentication, start + 1)).toBe('c:two');
    expect(source.asked).toBe(3);
  });

  it.each([
    ['fails', new Error('canary')],
    ['answers a text', { expose: () => 'x' }],
    ['answers an empty secret', ''],
    ['answers a line end', 'two\n'],
    ['answers nothing', undefined],
  ])('stays the last good one while the source %s, and the operator is warned', async (_name, answer) => {
    const source = vault();
    await sentAt(source.authentication, start);
    source.answer = answer;
    expect(await sentAt(source.authentication, start + 61_000)).toBe('c:one');
    expect(codes(source.authentication, start)).toEqual(['CLIENT_SECRET_SHARED', 'CLIENT_SECRET_UNREADABLE']);
    source.answer = 'two';
    expect(await sentAt(source.authentication, start + 130_000)).toBe('c:two');
    expect(codes(source.authentication, start)).toEqual(['CLIENT_SECRET_SHARED']);
  });

  it('is no proof at all while there has never been one', async () => {
    const source = vault();
    source.answer = new Error('down');
    await expect(sentAt(source.authentication, start)).rejects.toThrow('down');
    source.answer = 'one';
    expect(await sentAt(source.authentication, start + 1)).toBe('c:one');
  });

  it('can come from a function', async () => {
    const authentication = clientSecret({ clientId: 'c', clientSecret: async () => new Secret('f') });
    expect(await sentAt(authentication, start)).toBe('c:f');
  });
});

describe('the warnings of a secret', () => {
  const fixed = (changes: Partial<ClientSecretOptions> = {}): ClientAuthentication =>
    clientSecret({ clientId: 'c', clientSecret: new Secret('s'), ...changes });

  it.each([
    ['nobody knows its age', {}, start, ['CLIENT_SECRET_SHARED']],
    ['it is 89 days old', { issuedAt: '2026-11-26' }, start + 89 * day, ['CLIENT_SECRET_SHARED']],
    ['its issue is to come', { issuedAt: '2026-11-26' }, start - 200 * day, ['CLIENT_SECRET_SHARED']],
    ['it is 90 days old', { issuedAt: '2026-11-26' }, start + 90 * day, ['CLIENT_SECRET_SHARED', 'CLIENT_SECRET_OLD']],
  ])('when %s', (_name, changes, now, expected) => {
    expect(codes(fixed(changes), now)).toEqual(expected);
  });

  it('know the age that a source tells', async () => {
    const first = { secret: new Secret('s'), issuedAt: start };
    const authentication = fixed({ clientSecret: { read: () => first, first } });
    expect(authentication.warnings?.(start + 100 * day)).toMatchObject([
      {},
      { facts: { clientId: 'c', ageDays: 100 } },
    ]);
  });

  it('are told once for as long as they stay, and again when they come back', () => {
    const told: string[] = [];
    let warnings: readonly ClientAuthenticationWarning[] | Error = [];
    const authentication: ClientAuthentication = {
      clientId: 'c',
      prove: () => {},
      warnings: () => {
        if (warnings instanceof Error) throw warnings;
        return warnings;
      },
    };
    const tell = clientWarnings(authentication, ({ code }) => told.push(code));
    const shared = { code: 'CLIENT_SECRET_SHARED', message: '', facts: {} } as const;
    const old = { ...shared, code: 'CLIENT_SECRET_OLD' } as const;
    for (const now of [
      [],
      [shared],
      [shared],
      [shared, old],
      new Error('broken'),
      [shared, old],
      [old],
      [shared, old],
    ]) {
      warnings = now;
      tell(start);
    }
    expect(told).toEqual(['CLIENT_SECRET_SHARED', 'CLIENT_SECRET_OLD', 'CLIENT_SECRET_SHARED']);
  });
});

describe('a source that does not answer', () => {
  function hanging() {
    const state = { answers: [] as ((secret: Secret) => void)[] };
    const clientSecretOf = () => new Promise<Secret>((resolve) => void state.answers.push(resolve));
    return { ...state, authentication: clientSecret({ clientId: 'c', clientSecret: clientSecretOf }) };
  }

  it('has failed after three seconds: the last good secret stays, and it is asked again later', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { authentication, answers } = hanging();
    const first = sentAt(authentication, start);
    answers[0]?.(new Secret('one'));
    expect(await first).toBe('c:one');
    const second = sentAt(authentication, start + day);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await second).toBe('c:one');
    expect(codes(authentication, start + day)).toContain('CLIENT_SECRET_UNREADABLE');
    const third = sentAt(authentication, start + 2 * day);
    answers[2]?.(new Secret('three'));
    expect(await third).toBe('c:three');
    expect(codes(authentication, start + 2 * day)).not.toContain('CLIENT_SECRET_UNREADABLE');
  });

  it('gives none while there was none before; what comes late counts, unless something newer came', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { authentication, answers } = hanging();
    for (const now of [start, start + 1]) {
      const problem = sentAt(authentication, now).catch(String);
      await vi.advanceTimersByTimeAsync(3_000);
      expect(await problem).toContain('does not answer');
    }
    answers[1]?.(new Secret('two'));
    await vi.advanceTimersByTimeAsync(0);
    answers[0]?.(new Secret('one'));
    await vi.advanceTimersByTimeAsync(0);
    expect(await sentAt(authentication, start + 2)).toBe('c:two');
    expect(answers).toHaveLength(2);
  });
});
