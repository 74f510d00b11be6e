import { expect, test } from 'vitest';
import { meantBy } from './meant-by.ts';

const known = ['cache', 'dpop', 'revocation', 'jti', 'maxAgeSeconds'];

test.each([
  ['cahce', 'cache'],
  ['chache', 'cache'],
  ['cach', 'cache'],
  ['cacje', 'cache'],
  ['Caches', 'cache'],
  ['dpopp', 'dpop'],
  ['ddpop', 'dpop'],
  ['DPOP', 'dpop'],
  ['dpo', 'dpop'],
  ['revokation', 'revocation'],
  ['maxAgeSecond', 'maxAgeSeconds'],
  ['maxageseconsd', 'maxAgeSeconds'],
])('%j means %j', (name, meant) => {
  expect(meantBy(name, known)).toBe(meant);
});

test.each([
  ['two letters are other ones', 'cachxy'],
  ['two pairs changed places', 'achce'],
  ['it is another word', 'issuer'],
  ['it is short, and one letter of it another one', 'jtx'],
  ['it is shorter still', 'dp'],
  ['it is nothing', ''],
])('nothing is meant when %s', (_case, name) => {
  expect(meantBy(name, known)).toBeUndefined();
});
