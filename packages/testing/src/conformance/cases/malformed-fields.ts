import assert from 'node:assert/strict';
import type { HeaderField } from '../../http2/header-block.ts';
import { eachRow } from '../each-row.ts';
import { assertAllowed } from '../expectations.ts';
import { statusOrCut } from '../status-or-cut.ts';
import type { ConformanceCase } from '../world.ts';

interface FieldsRow {
  readonly name: string;
  readonly fields: readonly HeaderField[];
}

const pseudo: readonly HeaderField[] = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':authority', 'inventory.test'],
  [':path', '/whoami'],
];

function without(name: string): readonly HeaderField[] {
  return pseudo.filter(([one]) => one !== name);
}

/** Header blocks that RFC 9113 calls malformed (§8.2, §8.3), each with a good token. */
function malformed(bearer: string): readonly FieldsRow[] {
  const authorization: HeaderField = ['authorization', bearer];
  const good = [...pseudo, authorization];
  const beside = (...field: HeaderField): readonly HeaderField[] => [...good, field];
  return [
    { name: 'an upper-case name', fields: [...pseudo, ['Authorization', bearer]] },
    { name: 'a name with a space', fields: [...pseudo, ['authorization ', bearer]] },
    { name: 'a name with a colon', fields: [...pseudo, ['authorization:', bearer]] },
    { name: 'an empty name', fields: [...pseudo, ['', bearer]] },
    { name: 'a value with a line break', fields: [...pseudo, ['authorization', `${bearer}\r\nx: y`]] },
    { name: 'a value with NUL', fields: [...pseudo, ['authorization', `${bearer}\0`]] },
    { name: 'Connection', fields: beside('connection', 'x') },
    { name: 'Keep-Alive', fields: beside('keep-alive', 'timeout=5') },
    { name: 'Proxy-Connection', fields: beside('proxy-connection', 'keep-alive') },
    { name: 'Transfer-Encoding', fields: beside('transfer-encoding', 'chunked') },
    { name: 'Upgrade', fields: beside('upgrade', 'websocket') },
    { name: 'TE that is not trailers', fields: beside('te', 'gzip') },
    { name: 'no method', fields: [...without(':method'), authorization] },
    { name: 'no scheme', fields: [...without(':scheme'), authorization] },
    { name: 'no path', fields: [...without(':path'), authorization] },
    { name: 'an empty path', fields: [...without(':path'), [':path', ''], authorization] },
    { name: 'two methods', fields: [...pseudo, [':method', 'POST'], authorization] },
    { name: 'two paths', fields: [...pseudo, [':path', '/healthz'], authorization] },
    { name: 'two authorities', fields: [...pseudo, [':authority', 'evil.test'], authorization] },
    { name: 'a pseudo-header field after the others', fields: [authorization, ...pseudo] },
    { name: 'a path at the end', fields: [...without(':path'), authorization, [':path', '/whoami']] },
    { name: 'an unknown pseudo-header field', fields: [...pseudo, [':caller', 'orders'], authorization] },
    { name: 'a pseudo-header field of answers', fields: [...pseudo, [':status', '200'], authorization] },
  ];
}

export const malformedFields: ConformanceCase = {
  id: 'malformed-fields',
  title: 'a header block that HTTP/2 calls malformed reaches no handler, and the next one is served',
  attacks: [64],
  run: async (world) => {
    const bearer = `Bearer ${await world.token()}`;
    const before = world.handlerRuns();
    await eachRow(malformed(bearer), async ({ name, fields }) => {
      const status = await statusOrCut(world, { path: '/whoami', fields });
      assert.ok(status === 'cut' || status === 400 || status === 401, `${name}: ${status}`);
    });
    assert.equal(world.handlerRuns(), before, 'no handler ran');
    const good = await world.send({ path: '/whoami', fields: [...pseudo, ['authorization', bearer]] });
    assert.equal(world.handlerRuns(), before + 1, 'the good block reaches its handler');
    assert.equal(good.status, 200);
    assertAllowed(await world.send({ path: '/whoami', headers: [['authorization', bearer]] }), 'the next request');
  },
};
