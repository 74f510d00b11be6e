/** Stands in for a server in unit tests: a map with lives, and a switch for trouble. `npm run test:interop redis` tries a real one. */
import type { RedisClient } from './redis-client.ts';

type Trouble = 'none' | 'hangs' | 'no connection' | Error;

/** A client of a server that does what it is told. `sent` are the names of the commands. */
export interface FakeRedis extends RedisClient {
  trouble: Trouble;
  /** Milliseconds, moved by the test. */
  at: number;
  readonly sent: string[];
  readonly entries: Map<string, { readonly value: string; readonly endsAt: number }>;
  /** Answers everything that hangs. */
  answerLate(): void;
}

/** Makes one. */
export function fakeRedis(): FakeRedis {
  let hanging: (() => void)[] = [];
  const answer = async <T>(command: string, run: () => T): Promise<T> => {
    fake.sent.push(command);
    if (fake.trouble === 'hangs') await new Promise<void>((resolve) => hanging.push(resolve));
    if (fake.trouble instanceof Error) throw fake.trouble;
    return run();
  };
  const standing = (key: string): string | null => {
    const entry = fake.entries.get(key);
    return entry !== undefined && entry.endsAt > fake.at ? entry.value : null;
  };
  const fake: FakeRedis = {
    trouble: 'none',
    at: 0,
    sent: [],
    entries: new Map(),
    answerLate: () => {
      for (const done of hanging) done();
      hanging = [];
    },
    get isReady() {
      return fake.trouble !== 'no connection';
    },
    get: (key) => answer('GET', () => standing(key)),
    set: (key, value, { expiration }) =>
      answer('SET', () => {
        if (standing(key) !== null) return null;
        fake.entries.set(key, { value, endsAt: fake.at + expiration.value });
        return 'OK';
      }),
    eval: (_, { keys: [key = ''], arguments: [value = '', life] }) =>
      answer('EVAL', () => {
        fake.entries.set(key, { value, endsAt: fake.at + Number(life) });
        return 1;
      }),
  };
  return fake;
}
