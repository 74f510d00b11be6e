import assert from 'node:assert/strict';
import type { ConformanceCase } from '../world.ts';

export const hostileText: ConformanceCase = {
  id: 'hostile-text',
  title: 'line breaks, escapes and endless claims become one bounded line in the record',
  attacks: [82],
  run: async (world) => {
    const evil = 'a\r\nb\u2028c\u001b[31md${jndi:ldap://x}';
    const rows = [
      { claims: { sub: evil } },
      { claims: { client_id: evil } },
      { claims: { jti: evil } },
      { claims: { iss: evil } },
      { claims: { aud: evil } },
      { header: { kid: evil } },
      { header: { typ: evil } },
      { header: { alg: evil } },
      { claims: { tenant: 'x'.repeat(3_000) } },
    ];
    for (const changes of rows) {
      const seen = await world.send({ path: '/whoami', token: await world.token(changes) });
      for (const event of seen.events) {
        const text = Object.values(event).flat().join('');
        // oxlint-disable-next-line no-control-regex
        assert.doesNotMatch(text, /[\u0000-\u001f\u007f\u2028\u2029]/, JSON.stringify(changes));
        assert.ok(JSON.stringify(event).length < 8_192, 'the event is bounded');
      }
      // The handler of an allowed request answers what it likes; a refusal echoes nothing.
      if (seen.status !== 200) assert.ok(!seen.body.includes('jndi'), 'nothing is echoed');
    }
  },
};
