import { expect, it } from 'vitest';
import { statusAfter } from './workload.ts';

it.each([
  [401, 502],
  [403, 502],
  [200, 200],
  [404, 404],
  [409, 409],
  [503, 503],
])('after the %i of a neighbour, our own caller is answered %i', (status, answered) => {
  expect(statusAfter({ status })).toBe(answered);
});
