import { expect, test } from 'vitest';
import type { Waiver } from '../errors/waiver.ts';
import type { Notice } from '../runtime/notice.ts';
import { signingKey } from '../signature/signing-key.test-kit.ts';
import { createMemoryRevocationStore } from '../store/memory-revocation-store.ts';
import type { RevocationJudgement } from '../store/revocation-check.ts';
import { revocationName, type Revocation, type RevocationStore } from '../store/revocation-store.ts';
import { createTokenRevocation, revocationNamesOf } from './token-revocation.ts';
import type { JudgedToken } from './judged-token.ts';
import { issuer, now, recordWith, runtimeWith, tokenWith, verifierFor, verifyNow } from './token.test-kit.ts';
import { tokenEvidence } from '../enforcement/pipeline.test-kit.ts';

function judged(
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): JudgedToken {
  const outcome = verifyNow(verifierFor([recordWith()]), tokenWith({ sub: 'user-1', ...claims }, header));
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.value;
}

function revocationOver(store: RevocationStore, allowOutage?: Waiver) {
  const notices: Notice[] = [];
  const runtime = runtimeWith({ notify: (notice) => void notices.push(notice) });
  return { notices, revocation: createTokenRevocation({ store, allowOutage }, runtime) };
}

/** What a memory with this one order says, at once, of this token. */
function saidOf(order: Omit<Revocation, 'issuer'>, token: JudgedToken): RevocationJudgement {
  const store = createMemoryRevocationStore({ clock: { monotonic: () => 0 } });
  store.revoke({ issuer, ...order }, 1000);
  const said = revocationOver(store).revocation.judge(token);
  if (said instanceof Promise) throw new Error('the answer did not come at once');
  return said;
}

const issuedAt = (now - 10) * 1000;
const keyFingerprint = judged().keyFingerprint ?? '';

test.each<[string, Omit<Revocation, 'issuer'>]>([
  ['its id', { kind: 'jti', value: 'jti-1' }],
  ['its subject', { kind: 'subject', value: 'user-1' }],
  ['its client', { kind: 'client', value: 'orders' }],
  ['its key id', { kind: 'key', value: signingKey('ES256').keyId }],
  ['its key', { kind: 'key', value: keyFingerprint }],
  ['its issuer', { kind: 'issuer' }],
  ['its issue at that instant', { kind: 'issuer', issuedUntil: issuedAt }],
  ['its issue before', { kind: 'client', value: 'orders', issuedUntil: issuedAt + 1 }],
])('a token is revoked by %s', (_, order) => {
  expect(saidOf(order, judged())).toMatchObject({ ok: false, reason: 'TOKEN_REVOKED' });
});

test.each<[string, Omit<Revocation, 'issuer'>]>([
  ['another id', { kind: 'jti', value: 'jti-2' }],
  ['another subject', { kind: 'subject', value: 'user-2' }],
  ['a client of the name of its subject', { kind: 'client', value: 'user-1' }],
  ['another client', { kind: 'client', value: 'Orders' }],
  ['another key', { kind: 'key', value: 'key-2' }],
  ['an earlier issue', { kind: 'issuer', issuedUntil: issuedAt - 1 }],
])('a token stands when %s is revoked', (_, order) => {
  expect(saidOf(order, judged())).toBeUndefined();
});

test('the outermost actor is revoked as a client is, an inner one is history', () => {
  const token = judged({ act: { sub: 'gateway', act: { sub: 'web' } } });
  expect(saidOf({ kind: 'client', value: 'gateway' }, token)).toMatchObject({ reason: 'TOKEN_REVOKED' });
  expect(saidOf({ kind: 'client', value: 'orders' }, token)).toMatchObject({ reason: 'TOKEN_REVOKED' });
  expect(saidOf({ kind: 'client', value: 'web' }, token)).toBeUndefined();
});

test('a subject that is the client itself is revoked as both', () => {
  const token = judged({ sub: 'orders' });
  expect(saidOf({ kind: 'subject', value: 'orders' }, token)).toMatchObject({ reason: 'TOKEN_REVOKED' });
});

test('a token that leaves out its key id is revoked with the key all the same', () => {
  const token = judged({}, { kid: undefined });
  expect(token.keyId).toBeUndefined();
  expect(saidOf({ kind: 'key', value: signingKey('ES256').keyId }, token)).toMatchObject({ reason: 'TOKEN_REVOKED' });
});

test('a token that does not say when it was issued may be older than the order', () => {
  const token = judged();
  const undated = token.narrowedTo({ ...token.token, issuedAt: undefined });
  expect(saidOf({ kind: 'issuer', issuedUntil: 1 }, undated)).toMatchObject({ reason: 'TOKEN_REVOKED' });
});

test('the store is asked for digests, and they are made once for each token', () => {
  const asked: (readonly string[])[] = [];
  const { revocation } = revocationOver({ revokedUntil: (names) => void asked.push(names) });
  const token = judged();
  for (let request = 0; request < 2; request += 1) expect(revocation.judge(token)).toBeUndefined();
  expect(asked[0]).toBe(asked[1]);
  expect(asked[0]).toContain(revocationName('jti', issuer, 'jti-1'));
  expect(new Set(asked[0])).toEqual(new Set(revocationNamesOf(token)));
  for (const name of asked[0] ?? []) expect(name).toMatch(/^[\w-]{22}$/);
});

const failures: readonly (readonly [string, RevocationStore['revokedUntil']])[] = [
  [
    'throws',
    () => {
      throw new Error('secret');
    },
  ],
  ['rejects', () => Promise.reject(new Error('secret'))],
  ['answers no number', () => Number.NaN],
  ['answers a text', () => '5' as unknown as number],
  ['answers null', () => null as unknown as undefined],
];

test.each(failures)('of a store that %s the token is unchecked, with one notice', async (_, revokedUntil) => {
  const { revocation, notices } = revocationOver({ revokedUntil });
  const token = judged();
  for (const said of [await revocation.judge(token), await revocation.judge(token)]) {
    expect(said).toBe('unchecked');
  }
  expect(notices.map(({ code, facts }) => [code, facts['store'], facts['waived']])).toEqual([
    ['STORE_UNAVAILABLE', 'revocation', false],
  ]);
  expect(JSON.stringify(notices)).not.toContain('secret');
});

test.each(failures)(
  'with a waiver in force a token is unchecked by permission of a store that %s',
  async (_, revokedUntil) => {
    const waiver = { reason: 'r', owner: 'o', expires: '2999-12-31' };
    const { revocation, notices } = revocationOver({ revokedUntil }, waiver);
    expect(await revocation.judge(judged())).toBe('waived');
    expect(notices.map(({ facts }) => facts['waived'])).toEqual([true]);
    const ended = revocationOver({ revokedUntil }, { ...waiver, expires: '2026-01-01' });
    expect(await ended.revocation.judge(judged())).toBe('unchecked');
  },
);

test('a waiver for outages lets no revoked token pass', async () => {
  const waiver = { reason: 'r', owner: 'o', expires: '2999-12-31' };
  const { revocation } = revocationOver({ revokedUntil: () => Promise.resolve(Infinity) }, waiver);
  expect(await revocation.judge(judged())).toMatchObject({ reason: 'TOKEN_REVOKED' });
});

test('evidence is judged again at once by a store in memory, and unknown evidence is not judged', () => {
  const store = createMemoryRevocationStore({ clock: { monotonic: () => 0 } });
  const { revocation } = revocationOver(store);
  const evidence = { ...tokenEvidence };
  revocation.follow({ evidence }, judged());
  expect(revocation.recheck(evidence)).toBeUndefined();
  store.revoke({ kind: 'jti', issuer, value: 'jti-1' }, 1000);
  expect(revocation.recheck(evidence)).toMatchObject({ reason: 'TOKEN_REVOKED' });
  expect(revocation.recheck({ ...evidence })).toBeUndefined();
});

test('a store that answers late is asked once at a time, and its answer counts for the next message', async () => {
  const answers: ((until: number | undefined) => void)[] = [];
  const { revocation } = revocationOver({ revokedUntil: () => new Promise((resolve) => answers.push(resolve)) });
  const evidence = { ...tokenEvidence };
  revocation.follow({ evidence }, judged());
  for (let message = 0; message < 10; message += 1) expect(revocation.recheck(evidence)).toBeUndefined();
  expect(answers).toHaveLength(1);
  answers[0]?.(Infinity);
  await new Promise(setImmediate);
  expect(revocation.recheck(evidence)).toMatchObject({ reason: 'TOKEN_REVOKED' });
  expect(answers).toHaveLength(2);
});

test.each<[string, 'unchecked' | 'waived' | undefined, string | undefined]>([
  ['that was looked up', undefined, 'REVOCATION_STORE_UNAVAILABLE'],
  ['that was let on by a waiver of its route', 'unchecked', undefined],
])('while the store cannot tell, a connection %s is judged as when it was opened', (_, unchecked, reason) => {
  const { revocation } = revocationOver({
    revokedUntil: () => {
      throw new Error('down');
    },
  });
  const evidence = { ...tokenEvidence, ...(unchecked !== undefined && { revocation: unchecked }) };
  revocation.follow({ evidence }, judged());
  expect(revocation.recheck(evidence)?.reason).toBe(reason);
});

test('a token that stood is asked about again after the next order, and refused', () => {
  const store = createMemoryRevocationStore({ clock: { monotonic: () => 0 } });
  const { revocation } = revocationOver(store);
  const token = judged();
  store.revoke({ issuer, kind: 'jti', value: 'another' }, 1000);
  expect(revocation.judge(token)).toBeUndefined();
  expect(revocation.judge(token)).toBeUndefined();
  store.revoke({ issuer, kind: 'jti', value: 'jti-1' }, 1000);
  expect(revocation.judge(token)).toMatchObject({ reason: 'TOKEN_REVOKED' });
  expect(revocation.judge(token)).toMatchObject({ reason: 'TOKEN_REVOKED' });
});

test.each<[string, () => number | undefined]>([
  ['has no revisions', () => undefined],
  ['answers no number', () => Number.NaN],
  [
    'cannot tell its revision',
    () => {
      throw new Error('broken');
    },
  ],
])('a store that %s is asked every time', (_name, revision) => {
  let asked = 0;
  const { revocation } = revocationOver({ revision: revision as () => number, revokedUntil: () => void (asked += 1) });
  const token = judged();
  expect([revocation.judge(token), revocation.judge(token)]).toEqual([undefined, undefined]);
  expect(asked).toBe(2);
});

test('a waived outage is not taken for an answer', () => {
  const waiver = { reason: 'a test', owner: 'tests', expires: '2099-12-31' };
  let fails = true;
  const revokedUntil = (): number => {
    if (fails) throw new Error('down');
    return Infinity;
  };
  const { revocation } = revocationOver({ revision: () => 1, revokedUntil }, waiver);
  const token = judged();
  expect(revocation.judge(token)).toBe('waived');
  fails = false;
  expect(revocation.judge(token)).toMatchObject({ reason: 'TOKEN_REVOKED' });
});

test('a known token that stood is followed without being asked about, and a late refusal does not outlive a good answer', async () => {
  const answers: ((until: number | undefined) => void)[] = [];
  const { revocation } = revocationOver({ revokedUntil: () => new Promise((resolve) => answers.push(resolve)) });
  const [identity, token] = [{ evidence: { ...tokenEvidence } }, judged()];
  revocation.follow(identity, token);
  revocation.recheck(identity.evidence);
  answers[0]?.(Infinity);
  await new Promise(setImmediate);
  revocation.follow(identity, token);
  expect(revocation.recheck(identity.evidence)).toBeUndefined();
});

test.each<[string, number | undefined, string]>([
  ['was revoked', Infinity, 'TOKEN_REVOKED'],
  ['is unknown to a store that fails', undefined, 'REVOCATION_STORE_UNAVAILABLE'],
])(
  'a token that %s stays so for its connections when a request goes on without an answer',
  async (_, until, reason) => {
    let answer = until;
    const revokedUntil = () => (answer === undefined ? Promise.reject(new Error('down')) : Promise.resolve(answer));
    const { revocation } = revocationOver({ revokedUntil });
    const [identity, token] = [{ evidence: { ...tokenEvidence } }, judged()];
    revocation.follow(identity, token);
    revocation.recheck(identity.evidence);
    await new Promise(setImmediate);
    answer = undefined;
    expect(await revocation.judge(token)).toBe('unchecked');
    revocation.follow({ evidence: { ...tokenEvidence, revocation: 'unchecked' } }, token);
    expect(revocation.recheck(identity.evidence)).toMatchObject({ reason });
  },
);

test('every identity that was made of a token is judged again, each by its own evidence', () => {
  const store = createMemoryRevocationStore({ clock: { monotonic: () => 0 } });
  const { revocation } = revocationOver(store);
  const token = judged();
  const identities = [1, 2, 3].map(() => ({ evidence: { ...tokenEvidence } }));
  for (const identity of identities) {
    expect(revocation.judge(token)).toBeUndefined();
    revocation.follow(identity, token);
  }
  store.revoke({ kind: 'jti', issuer, value: 'jti-1' }, 1000);
  for (const { evidence } of identities) {
    expect(revocation.recheck(evidence)).toMatchObject({ reason: 'TOKEN_REVOKED' });
  }
});

test('what is noted beside a token for one store says nothing to another one', () => {
  const token = judged();
  const calm = revocationOver({ revokedUntil: () => undefined }).revocation;
  expect(calm.judge(token)).toBeUndefined();
  expect(saidOf({ kind: 'jti', value: 'jti-1' }, token)).toMatchObject({ reason: 'TOKEN_REVOKED' });
});
