import { expect, test } from 'vitest';
import type { Notice } from '../runtime/notice.ts';
import { watchWaivers } from './watch-waivers.ts';

const day = 86_400_000;
const start = Date.parse('2026-11-24T00:00:00Z');
const until = (expires: string) => ({ reason: 'migration', owner: 'platform', expires });

test('every waiver is told at start and once at its end, and the audit names those in force', () => {
  const notices: Notice[] = [];
  const waivers = new Map([
    ['observe', until('2026-11-24')],
    ['access-token.allowHttp', until('2026-11-25')],
  ]);
  const watch = watchWaivers(waivers, (notice) => notices.push(notice));
  const codes = () => notices.splice(0).map(({ code, facts }) => `${code} ${String(facts['option'])}`);
  expect(codes()).toEqual(['OBSERVE_IN_FORCE observe', 'WAIVER_IN_FORCE access-token.allowHttp']);
  expect(watch.inForce(start)).toEqual(['observe', 'access-token.allowHttp']);
  expect(codes()).toEqual([]);
  expect(watch.inForce(start + day)).toEqual(['access-token.allowHttp']);
  expect(watch.inForce(start + day)).toEqual(['access-token.allowHttp']);
  expect(codes()).toEqual(['OBSERVE_ENDED observe']);
  expect(watch.inForce(start + 2 * day)).toEqual([]);
  expect(codes()).toEqual(['WAIVER_EXPIRED access-token.allowHttp']);
});

test('without waivers nothing is told', () => {
  const watch = watchWaivers(new Map(), () => expect.unreachable());
  expect(watch.inForce(start)).toEqual([]);
});
