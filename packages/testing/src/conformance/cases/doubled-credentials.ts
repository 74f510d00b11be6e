import { assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

export const doubledCredentials: ConformanceCase = {
  id: 'doubled-credentials',
  title: 'two credentials of a kind are refused, however they are written',
  attacks: [56, 64],
  run: async (world) => {
    const good = `Bearer ${await world.token()}`;
    const rows: readonly (readonly [string, string, readonly (readonly [string, string])[], string])[] = [
      [
        'two lines',
        '/whoami',
        [
          ['authorization', good],
          ['authorization', 'Bearer x'],
        ],
        'CREDENTIAL_MULTIPLE',
      ],
      [
        'two lines, the good one last',
        '/whoami',
        [
          ['authorization', 'Bearer x'],
          ['Authorization', good],
        ],
        'CREDENTIAL_MULTIPLE',
      ],
      [
        'the same twice',
        '/whoami',
        [
          ['authorization', good],
          ['authorization', good],
        ],
        'CREDENTIAL_MULTIPLE',
      ],
      ['comma-joined', '/whoami', [['authorization', `${good}, Bearer x`]], 'CREDENTIAL_MULTIPLE'],
      ['bearer and DPoP', '/whoami', [['authorization', `${good}, DPoP x`]], 'CREDENTIAL_MULTIPLE'],
      ['header and query', '/whoami?access_token=x', [['authorization', good]], 'CREDENTIAL_MULTIPLE'],
      ['query alone', '/whoami?access_token=x', [], 'CREDENTIAL_MALFORMED'],
      ['query on an optional route', '/optional?access_token=x', [], 'CREDENTIAL_MALFORMED'],
    ];
    for (const [what, path, headers, reason] of rows) {
      assertRefused(await world.send({ path, headers }), { status: 400, reason, what });
    }
  },
};
