import { expect, test } from 'vitest';
import type { Notice } from '../runtime/notice.ts';
import { createTellOutage } from './store-outage.ts';

test('an outage is told at once, and every ten seconds while it lasts, with the number of requests', () => {
  const clock = { at: 5, monotonic: () => clock.at };
  const notices: Notice[] = [];
  const tell = createTellOutage('replay', { clock, notify: (notice) => void notices.push(notice) });
  for (let request = 0; request < 100; request += 1) tell('Timeout', false);
  expect(notices.map(({ code, facts }) => [code, facts['requestsSinceStart']])).toEqual([['STORE_UNAVAILABLE', 1]]);
  clock.at = 10_004;
  tell('Timeout', false);
  expect(notices).toHaveLength(1);
  clock.at = 10_005;
  tell('Timeout', true);
  expect(notices).toHaveLength(2);
  expect(notices[1]?.facts).toEqual({ store: 'replay', problem: 'Timeout', waived: true, requestsSinceStart: 102 });
});
