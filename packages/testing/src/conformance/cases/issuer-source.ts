import assert from 'node:assert/strict';
import { signRaw } from '../../mint-token.ts';
import { createSigningKey } from '../../signing-key.ts';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

const tenants = ['https://a.test', 'https://b.test'] as const;

export const issuerSource: ConformanceCase = {
  id: 'issuer-source',
  title: 'issuers come from the source of the operator by their exact text, and a source that fails is a 503',
  run: async (world) => {
    const keys = new Map<string, ReturnType<typeof createSigningKey>>(
      tenants.map((issuer) => [issuer, createSigningKey('ES256', 'shared-id')]),
    );
    const asked: string[] = [];
    const find = (issuer: string) => {
      asked.push(issuer);
      if (issuer === 'https://down.test') return Promise.reject(new Error('the database is down'));
      const key = keys.get(issuer);
      return Promise.resolve(key && { issuer, jwks: { keys: [key.publicJwk] } });
    };
    const tokenOf = (iss: string, signer = iss): string => {
      const key = keys.get(signer);
      assert.ok(key, 'a tenant signs');
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        iss,
        sub: 'x',
        client_id: 'x',
        jti: 'j',
        aud: 'https://inventory.test',
        iat: now,
        exp: now + 240,
      };
      const header = { alg: 'ES256', kid: key.keyId, typ: 'at+jwt' };
      return signRaw({ header: JSON.stringify(header), payload: JSON.stringify(claims) }, key);
    };
    await world.withService({ issuerSource: { find } }, async (service) => {
      const send = (token: string) => service.send({ path: '/whoami', token });
      for (const issuer of [...tenants, ...tenants]) {
        const answer = assertAllowed(await send(tokenOf(issuer)), `a token of ${issuer}`);
        assert.equal(answer['caller'], `oauth:${issuer}#x`);
      }
      const [a, b] = tenants;
      const refused = [
        ['a token of one tenant signed by the other', tokenOf(a, b), 'TOKEN_SIGNATURE_INVALID'],
        ['an unknown tenant', tokenOf('https://c.test', a), 'TOKEN_ISSUER_UNKNOWN'],
        ['a tenant with a slash', tokenOf(`${a}/`, a), 'TOKEN_ISSUER_UNKNOWN'],
        ['a tenant that is an address within', tokenOf('http://169.254.169.254/latest', a), 'TOKEN_ISSUER_UNKNOWN'],
        ['an endless tenant', tokenOf(`${a}/${'x'.repeat(2_048)}`, a), 'TOKEN_ISSUER_UNKNOWN'],
      ] as const;
      for (const [what, token, reason] of refused) assertRefused(await send(token), { status: 401, reason, what });
      const down = await send(tokenOf('https://down.test', a));
      assertRefused(down, { status: 503, reason: 'ISSUER_SOURCE_UNAVAILABLE', what: 'a source that fails' });
      assert.ok(down.headers['retry-after'], 'a 503 says when to come back');
      assert.ok(!down.body.includes('database'), 'the caller reads nothing of it');
      assert.deepEqual(asked, [
        ...tenants,
        'https://c.test',
        `${a}/`,
        'http://169.254.169.254/latest',
        'https://down.test',
      ]);
      assert.equal(service.attackerHits(), 0);
    });
  },
};
