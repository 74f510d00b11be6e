import assert from 'node:assert/strict';
import { assertAllowed } from '../expectations.ts';
import { workloads } from '../service.ts';
import type { ConformanceCase } from '../world.ts';

/** Claims that are names on JavaScript objects: a claim, and nothing more. */
const objectNames = {
  constructor: { prototype: { polluted: true } },
  hasOwnProperty: 'x',
  toString: 'x',
  prototype: { polluted: true },
};

export const acceptedSpellings: ConformanceCase = {
  id: 'accepted-spellings',
  title: 'what the standards leave open is accepted: the neighbours of what is refused',
  attacks: [16, 22, 26],
  run: async (world) => {
    const now = Math.floor(Date.now() / 1000);
    const rows = [
      ['typ with its prefix', { header: { typ: 'application/at+jwt' } }],
      ['typ in upper case', { header: { typ: 'AT+JWT' } }],
      ['a header member that nobody knows', { header: { extra: 'x' } }],
      ['a list of one audience', { claims: { aud: ['https://inventory.test'] } }],
      ['the shortest life', { claims: { iat: now, exp: now + 1 } }],
      ['nbf in the past', { claims: { nbf: now - 10 } }],
      ['an issuer whose clock is twenty seconds ahead', { claims: { iat: now + 20, exp: now + 300 } }],
      ['the longest life', { claims: { iat: now, exp: now + 900 } }],
      ['no scope', { claims: { scope: undefined } }],
      ['an empty scope', { claims: { scope: '' } }],
      ['claims that objects have', { claims: objectNames }],
      ['a claim of another language', { claims: { note: 'größe 数' } }],
    ] as const;
    for (const [what, changes] of rows) {
      const answer = assertAllowed(await world.send({ path: '/whoami', token: await world.token(changes) }), what);
      assert.equal(answer['caller'], workloads.orders, what);
    }
    assert.equal(({} as { polluted?: unknown }).polluted, undefined, 'no claim reaches the prototype of all objects');
    const scheme = await world.send({
      path: '/whoami',
      headers: [['AUTHORIZATION', `bEARER  ${await world.token()}`]],
    });
    assertAllowed(scheme, 'the scheme in any case (RFC 9110 §11.1)');
  },
};
