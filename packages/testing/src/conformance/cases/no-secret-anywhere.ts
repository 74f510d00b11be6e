import assert from 'node:assert/strict';
import type { ConformanceCase, Observation } from '../world.ts';

const canary = 'canary-5f1d0c7e';

/** Where a text is found: the check must find a planted leak, or it proves nothing. */
function placesOf(needle: string, haystacks: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(haystacks)
    .filter(([, text]) => text.includes(needle))
    .map(([place]) => place);
}

function answersOf(observations: readonly Observation[]): string {
  return observations.map(({ status, headers, body }) => JSON.stringify({ status, headers, body })).join('\n');
}

export const noSecretAnywhere: ConformanceCase = {
  id: 'no-secret-anywhere',
  title: 'no credential, query or private header reaches an event, a notice or an answer',
  attacks: [83],
  run: async (world) => {
    const good = await world.token();
    const observations: Observation[] = [];
    const rows = [
      { path: `/whoami?key=${canary}`, token: good },
      { path: `/whoami?access_token=${canary}` },
      { path: '/whoami', headers: [['authorization', `Bearer ${canary}`]] as const },
      { path: '/whoami', headers: [['authorization', `Basic ${canary}`]] as const },
      { path: '/whoami', headers: [['authorization', `Bearer ${canary}.${canary}.${canary}`]] as const },
      {
        path: '/whoami',
        headers: [
          ['cookie', canary],
          ['x-api-key', canary],
          ['dpop', canary],
        ] as const,
      },
      { path: '/whoami', token: `${good.slice(0, good.lastIndexOf('.'))}.${canary}` },
      { path: '/stock/apple', method: 'POST', token: good, body: { password: canary } },
      { path: '/fails', token: good, headers: [['cookie', canary]] as const },
      { path: '/whoami', token: good, headers: [['baggage', `countersign.caller=${canary}`]] as const },
    ];
    for (const row of rows) observations.push(await world.send(row));
    const haystacks = {
      events: JSON.stringify(world.events),
      notices: JSON.stringify(world.notices),
      answers: answersOf(observations),
    };
    const signature = good.slice(good.lastIndexOf('.') + 1);
    for (const secret of [canary, signature]) assert.deepEqual(placesOf(secret, haystacks), [], 'a secret leaked');
    // The positive control: a leak that is planted is found.
    const planted = { ...haystacks, notices: `${haystacks.notices}${canary}` };
    assert.deepEqual(placesOf(canary, planted), ['notices']);
  },
};
