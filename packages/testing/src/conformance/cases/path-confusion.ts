import assert from 'node:assert/strict';
import type { ConformanceCase } from '../world.ts';

const spellings = [
  '/%61dmin',
  '//admin',
  '/ADMIN',
  '/admin/',
  '/./admin',
  '/x/../admin',
  '/a/..;/admin',
  '/admin%2f',
  '/admin;x=1',
  '/admin?x=/healthz',
  '/healthz/..%2fadmin',
  '/admin#/healthz',
];

export const pathConfusion: ConformanceCase = {
  id: 'path-confusion',
  title: 'no spelling of a path reaches a handler without the requirement of that handler',
  attacks: [59],
  run: async (world) => {
    const token = await world.token();
    for (const path of spellings) {
      for (const credential of [{}, { token }]) {
        const seen = await world.send({ path, ...credential });
        assert.ok([400, 401, 403, 404].includes(seen.status), `${path}: ${seen.status}`);
        assert.ok(!seen.body.includes('only for admin'), `${path} reached the handler`);
      }
    }
  },
};
