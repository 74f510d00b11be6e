/**
 * Redis: the stores of @countersign/redis on a real server, shared by two processes with two majors of the client. What
 * one remembers or revokes the other sees; the server is killed, hung and restarted under load, and nothing that was
 * remembered is new again.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { aptInstall, expectThat, versionOf } from '../program.mjs';
import { startReplica } from '../redis/replicas.mjs';
import { redisServer } from '../redis/server.mjs';

const issuer = 'https://issuer.test';
const minute = 60_000;
/** The stores promise 200 ms; the rest is for two busy processors. */
const outageBound = 700;

/** @type {import('../try-out.mjs').System} */
export const system = {
  name: 'redis',
  version: () => versionOf('redis-server', ['--version'], /v=(\S+)/),
  install: () => aptInstall('redis-server'),
  prove: async ({ testing, scratch }) => {
    const password = randomBytes(16).toString('hex');
    const server = await redisServer(scratch, password);
    await server.start();
    const minter = await testing.createTokenMinter({ issuer, audience: 'https://inventory.test' });
    const url = `redis://:${password}@127.0.0.1:${server.port}`;
    /** @type {import('../redis/replicas.mjs').Replica[]} */
    const replicas = [];
    try {
      for (const client of /** @type {const} */ (['redis', 'redis5'])) {
        replicas.push(await startReplica({ url, client, issuer, jwks: minter.jwks }));
      }
      const given = { server, minter, replicas };
      const lines = [
        await replays(given),
        await handles(given),
        await revokes(given),
        await outages(given),
        await expires(given),
      ];
      for (const replica of replicas) {
        const said = replica.output() + JSON.stringify(await replica.ask('notices'));
        expectThat(!said.includes(password), 'no replica says the password');
        expectThat(said.includes('STORE_UNAVAILABLE'), 'every replica told of the outage');
      }
      return lines;
    } finally {
      await Promise.all(replicas.map((replica) => replica.stop()));
      await server.kill();
    }
  },
};

/**
 * @typedef {object} Given
 * @property {import('../redis/server.mjs').RedisServer} server
 * @property {import('@countersign/testing').TokenMinter} minter
 * @property {readonly import('../redis/replicas.mjs').Replica[]} replicas
 */

/** @param {Given} given */
async function replays({ replicas }) {
  for (let index = 0; index < 500; index += 1) {
    const told = await Promise.all(replicas.map((replica) => replica.ask('remember', `race-${index}`, minute)));
    const accepted = told.filter(({ value }) => value === true).length;
    const refused = told.filter(({ value }) => value === false).length;
    expectThat(
      accepted === 1 && refused === told.length - 1,
      `one replica takes key ${index}: ${JSON.stringify(told)}`,
    );
  }
  return 'of 500 keys shown to two processes at once (clients redis 6 and redis 5) each is taken once';
}

/** Messages that two processes begin, complete and give back. @param {Given} given */
async function handles({ replicas }) {
  const [first, second] =
    /** @type {[import('../redis/replicas.mjs').Replica, import('../redis/replicas.mjs').Replica]} */ (replicas);
  const attempt = { name: 'm', digest: 'sha-256:d', owner: 'one', leaseMilliseconds: minute, keepMilliseconds: minute };
  const other = { ...attempt, owner: 'two' };
  const expectPast = async (/** @type {string} */ label, /** @type {object} */ given, /** @type {string} */ past) => {
    const told = await second.ask('begin', given);
    expectThat(told.value === past, `${label} is ${past}: ${JSON.stringify(told)}`);
  };
  for (let index = 0; index < 200; index += 1) {
    const races = replicas.map((replica, owner) =>
      replica.ask('begin', { ...attempt, name: `race-${index}`, owner: `owner-${owner}` }),
    );
    const pasts = (await Promise.all(races)).map(({ value }) => value);
    const isOne = pasts.includes('new') && pasts.includes('busy');
    expectThat(isOne, `one process begins message ${index}: ${pasts.join(' ')}`);
  }
  await first.ask('begin', attempt);
  await expectPast('a message under way', other, 'busy');
  await second.ask('release', other);
  await expectPast('a message that another gave back', other, 'busy');
  await first.ask('release', attempt);
  await expectPast('another payload of that id', { ...other, digest: 'sha-256:e' }, 'other');
  await expectPast('a message that was given back', other, 'again');
  await first.ask('complete', attempt);
  await second.ask('release', other);
  await expectPast('a message that was handled', other, 'done');
  const short = { ...attempt, name: 'short', leaseMilliseconds: 50, keepMilliseconds: 400 };
  await first.ask('begin', short);
  await sleep(100);
  await expectPast('a message whose consumer died', { ...short, owner: 'two' }, 'again');
  await first.ask('complete', short);
  await sleep(500);
  await expectPast('a message past its end', { ...short, owner: 'two' }, 'new');
  return 'of 200 messages begun by two processes at once each has one lease; leases end, and handled stays handled';
}

/** @param {Given} given */
async function revokes({ replicas, minter }) {
  const [first, second] =
    /** @type {[import('../redis/replicas.mjs').Replica, import('../redis/replicas.mjs').Replica]} */ (replicas);
  const issued = Math.floor(Date.now() / 1000) - 100;
  const token = (/** @type {string} */ name, iat = issued) =>
    minter.mint({
      claims: { jti: `${name}-id`, sub: `${name}-user`, client_id: name, scope: 'inventory:read', iat, exp: iat + 300 },
    });
  const { kid } = /** @type {{ kid: string }} */ (minter.jwks.keys[0]);
  const rows = /** @type {const} */ ([
    ['jti', { kind: 'jti', value: 'jti-id' }],
    ['subject', { kind: 'subject', value: 'subject-user' }],
    ['client', { kind: 'client', value: 'client' }],
    ['issued before', { kind: 'client', value: 'dated', issuedUntil: issued * 1000 }],
    ['key', { kind: 'key', value: kid }],
  ]);
  for (const [label, order] of rows) {
    const name = label === 'issued before' ? 'dated' : label;
    const doomed = await token(name);
    const other = await token(`${name}-neighbour`);
    const later = await token(name, issued + 1);
    for (const replica of replicas) {
      expectThat((await replica.call(doomed)) === 200, `the token stands before it is revoked by ${label}`);
    }
    const told = await first.ask('revoke', { issuer, ...order }, minute);
    expectThat(told.error === undefined, `the order by ${label} is taken: ${told.error}`);
    if (label === 'issued before') {
      // An earlier instant and a shorter life take nothing back.
      await second.ask('revoke', { issuer, ...order, issuedUntil: 1000 }, 1);
    }
    for (const replica of replicas) {
      expectThat((await replica.call(doomed)) === 401, `both replicas refuse the token revoked by ${label}`);
      const spared = label === 'key' ? 401 : 200;
      expectThat((await replica.call(other)) === spared, `another token gets ${spared} (${label})`);
      if (label === 'issued before') {
        expectThat((await replica.call(later)) === 200, 'a token issued a second later stands');
      }
    }
  }
  return 'revocation by jti, subject, client, key and issued-before reaches both processes at the next request';
}

/** The server dies, comes back, hangs and goes on, while both replicas are asked. @param {Given} given */
async function outages({ server, replicas, minter }) {
  const foreign = await minter.mint({ claims: { scope: 'inventory:read' } });
  /** @type {Set<string>} */
  const taken = new Set();
  const count = { asked: 0, unknown: 0, slowest: 0 };
  let serial = 0;
  let isOn = true;
  /** @param {string} key */
  const show = async (key) => {
    const replica = replicas[(count.asked += 1) % replicas.length];
    const told = await replica?.ask('remember', key, 10 * minute);
    count.slowest = Math.max(count.slowest, told?.milliseconds ?? Infinity);
    if (told?.value === true) {
      expectThat(!taken.has(key), `${key} is not taken twice`);
      taken.add(key);
    } else if (told?.error !== undefined) count.unknown += 1;
    return told;
  };
  const load = Array.from({ length: 16 }, async () => {
    while (isOn) {
      serial += 1;
      const key = `load-${serial}`;
      await show(key);
      await show(key);
      await sleep(1);
    }
  });
  const whileDown = async (/** @type {string} */ label) => {
    for (let index = 0; index < 20; index += 1) {
      for (const replica of replicas) {
        const told = await replica.ask('remember', `down-${label}-${index}`, minute);
        expectThat(told.error !== undefined, `without a server nothing is new and nothing is a replay (${label})`);
        expectThat(told.milliseconds < outageBound, `the answer comes within ${outageBound} ms: ${told.milliseconds}`);
      }
    }
    for (const replica of replicas) expectThat((await replica.call(foreign)) === 503, `a request gets 503 (${label})`);
  };
  const whenBack = async (/** @type {string} */ label) => {
    for (const replica of replicas) {
      let told = await replica.ask('remember', `back-${label}`, minute);
      for (let attempt = 0; told.error !== undefined && attempt < 100; attempt += 1) {
        await sleep(100);
        told = await replica.ask('remember', `back-${label}`, minute);
      }
      expectThat(told.error === undefined, `a replica recovers by itself (${label}): ${told.error}`);
    }
    const before = [...taken];
    const again = await Promise.all(before.map((key) => replicas[0]?.ask('remember', key, minute)));
    const accepted = again.filter((told) => told?.value !== false);
    expectThat(
      accepted.length === 0,
      `none of ${before.length} keys is new again (${label}): ${JSON.stringify(accepted[0])}`,
    );
  };
  try {
    await sleep(500);
    await server.kill();
    await whileDown('killed');
    await sleep(500);
    await server.start();
    await whenBack('restarted');
    await sleep(300);
    server.pause();
    await sleep(300);
    await whileDown('hung');
    server.resume();
    await whenBack('resumed');
  } finally {
    server.resume();
    isOn = false;
    await Promise.all(load);
  }
  expectThat(count.unknown > 0 && taken.size > 0, 'the load met the outage, and was served before and after');
  const told = `${taken.size} keys taken, ${count.unknown} answers unknown, none twice, slowest ${Math.ceil(count.slowest)} ms`;
  return `killed and hung under load: 503 within ${outageBound} ms, recovery without a restart (${told})`;
}

/** @param {Given} given */
async function expires({ replicas: [first] }) {
  const size = async () => Number((await first?.ask('size'))?.value);
  const before = await size();
  const keys = Array.from({ length: 10_000 }, (_, index) => `short-${index}`);
  for (let index = 0; index < keys.length; index += 50) {
    const told = await Promise.all(keys.slice(index, index + 50).map((key) => first?.ask('remember', key, 8000)));
    expectThat(
      told.every((one) => one?.value === true),
      `every key is new: ${JSON.stringify(told.find((one) => one?.value !== true))}`,
    );
  }
  const full = await size();
  expectThat(full > before, 'the server holds them');
  for (let attempt = 0; attempt < 300 && (await size()) > before; attempt += 1) await sleep(100);
  expectThat((await size()) <= before, `10,000 keys are gone: ${await size()} left of ${full}`);
  return '10,000 keys end by themselves and leave nothing behind';
}
