import assert from 'node:assert/strict';
import { required } from '@countersign/core';
import type { ConformanceCase, ConformanceWorld, ServiceChanges, WorldRequest } from '../world.ts';

const canary = 'canary-of-a-fault';

function fails(): never {
  throw new Error(canary);
}

async function rejects(): Promise<never> {
  throw new Error(canary);
}

const rows: readonly (readonly [string, ServiceChanges, number])[] = [
  ['a policy that throws', { policy: { decide: fails } }, 500],
  ['a policy that rejects', { policy: { decide: rejects } }, 500],
  ['a policy that answers nothing', { policy: { decide: () => undefined as never } }, 500],
  ['a bundle source that throws', { trustBundle: { find: fails } }, 503],
  ['a bundle source that rejects', { trustBundle: { find: rejects } }, 503],
  ['a required sink that throws', { audit: required({ write: fails }) }, 503],
  ['a required sink that rejects', { audit: required({ write: rejects }) }, 503],
];

async function assertNothingRan(world: ConformanceWorld, request: WorldRequest, status: number): Promise<void> {
  const seen = await world.send(request);
  assert.equal(seen.status, status);
  assert.ok(seen.events.length > 0, 'the failure is on record');
  assert.equal(world.handlerRuns(), 0, 'no handler ran');
  if (status === 503) assert.match(seen.headers['retry-after']?.[0] ?? '', /^\d+$/);
  const told = JSON.stringify([seen.body, seen.headers, world.events, world.notices]);
  assert.ok(!told.includes(canary), 'the text of the fault is told to nobody');
}

export const faultInside: ConformanceCase = {
  id: 'fault-inside',
  title: 'a part that throws or rejects refuses the request, and no later check is skipped',
  attacks: [89],
  run: async (world) => {
    const token = await world.token();
    const identity = world.identities.orders;
    for (const [what, changes, status] of rows) {
      await world.withService(changes, async (broken) => {
        for (const path of ['/whoami', '/optional', '/stock/apple']) {
          try {
            await assertNothingRan(broken, { path, token, identity }, status);
          } catch (error) {
            throw new Error(`${what}, ${path}`, { cause: error });
          }
        }
        const stranger = await broken.send({ path: '/whoami', token: `${token.slice(0, -8)}AAAAAAAA` });
        assert.notEqual(stranger.status, 200, `${what}: a bad token stays bad`);
      });
    }
  },
};
