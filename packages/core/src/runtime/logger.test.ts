import { expect, test, vi } from 'vitest';
import { noticesTo } from './logger.ts';
import type { Notice } from './notice.ts';

const notice: Notice = {
  code: 'KEYS_REFRESH_FAILED',
  level: 'warn',
  message: 'No keys came.',
  facts: { issuer: 'https://issuer.test', attempts: 2 },
};

type Log = (fields: object, message: string) => void;

function loggerOf() {
  return { info: vi.fn<Log>(), warn: vi.fn<Log>(), error: vi.fn<Log>() };
}

test('a notice goes to the level it names, with its code among its facts', () => {
  const logger = loggerOf();
  noticesTo(logger)(notice);
  expect(logger.warn.mock.calls).toEqual([
    [{ code: 'KEYS_REFRESH_FAILED', issuer: 'https://issuer.test', attempts: 2 }, 'No keys came.'],
  ]);
  expect(logger.info).not.toHaveBeenCalled();
  expect(logger.error).not.toHaveBeenCalled();
});

test('a fact named code does not take the place of the code', () => {
  const logger = loggerOf();
  noticesTo(logger)({ ...notice, facts: { code: 'ECONNREFUSED', attempts: 2 } });
  expect(logger.warn.mock.calls).toEqual([[{ code: 'KEYS_REFRESH_FAILED', attempts: 2 }, 'No keys came.']]);
});

test('a logger that throws disturbs nobody', () => {
  const broken = (): never => {
    throw new Error('The disk is full.');
  };
  const tell = noticesTo({ info: broken, warn: broken, error: broken });
  expect(() => tell(notice)).not.toThrow();
});
