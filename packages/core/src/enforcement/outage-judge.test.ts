import { expect, test } from 'vitest';
import { accept } from '../errors/outcome.ts';
import type { AccessTokenEvidence, UncheckedReplay } from '../identity/evidence.ts';
import { compileRequirement, undeclaredRoute, unmatchedRoute, type Requirement } from '../policy/requirement.ts';
import {
  factsWith,
  fakeTokens,
  service,
  standingClock,
  summary,
  tokenEvidence,
  tokenIdentity,
} from './pipeline.test-kit.ts';

const good = { authorization: 'Bearer good' };
const strict: Requirement = { scope: 'inventory:read' };
const waiver = { reason: 'reads may repeat', owner: 'inventory', expires: '2026-11-24' };
const lenient: Requirement = { ...strict, allowReplayStoreOutage: waiver };
const compile = (requirement: Requirement) => compileRequirement(requirement, 'a test');

/** A service whose callers' proofs were looked up, or not. */
function serviceWhere(replay: UncheckedReplay | undefined) {
  const clock = standingClock();
  const evidence = { ...tokenEvidence, binding: 'jkt' as const, ...(replay !== undefined && { replay }) };
  return { ...service({ clock, accept: [fakeTokens(() => accept(tokenIdentity({ evidence })))] }), clock };
}

test.each<[string, UncheckedReplay | undefined, Requirement, string]>([
  ['looked up', undefined, strict, 'allowed'],
  ['not looked up, by a waiver of the service', 'waived', strict, 'allowed'],
  ['not looked up', 'unchecked', strict, '503 REPLAY_STORE_UNAVAILABLE'],
  ['not looked up, on an optional route', 'unchecked', { ...strict, optional: true }, '503 REPLAY_STORE_UNAVAILABLE'],
  ['not looked up, on a route for every caller', 'unchecked', { anyCaller: 'a test' }, '503 REPLAY_STORE_UNAVAILABLE'],
  ['not looked up, on a route with a waiver', 'unchecked', lenient, 'allowed'],
])('a caller whose proof was %s', async (_case, replay, requirement, expected) => {
  const { auth } = serviceWhere(replay);
  expect(summary(await auth.check(factsWith(good), compile(requirement)))).toBe(expected);
});

test.each([undeclaredRoute, unmatchedRoute])('routes that declare nothing have no waiver', async (requirement) => {
  const { auth } = serviceWhere('unchecked');
  expect(summary(await auth.check(factsWith(good), requirement))).toBe('503 REPLAY_STORE_UNAVAILABLE');
});

test('the refusal asks to try again later, and names the caller in its event only', async () => {
  const { auth, events } = serviceWhere('unchecked');
  const verdict = await auth.check(factsWith(good), compile(strict));
  expect(verdict).toMatchObject({ response: { status: 503, headers: { 'retry-after': '5' } } });
  expect(verdict.context).not.toHaveProperty('caller');
  expect(events).toMatchObject([
    { 'event.name': 'authn.failure', 'event.reason': 'REPLAY_STORE_UNAVAILABLE', 'auth.replay_check': 'unchecked' },
  ]);
});

test('what a wall permits, a route behind it still has to permit', async () => {
  const { auth } = serviceWhere('unchecked');
  const wall = await auth.check(factsWith(good), compile(lenient));
  expect(summary(await auth.narrow(factsWith(good), wall.context, compile(strict)))).toBe(
    '503 REPLAY_STORE_UNAVAILABLE',
  );
  expect(summary(await auth.narrow(factsWith(good), wall.context, compile(lenient)))).toBe('allowed');
});

test('the waiver of a route stands in the event of every request that it let on, and in no other', async () => {
  const { auth, events } = serviceWhere('unchecked');
  await auth.check(factsWith(good), compile(lenient));
  expect(events[0]).toMatchObject({
    waivers: ['requirement.allowReplayStoreOutage'],
    'auth.replay_check': 'unchecked',
  });
  const checked = serviceWhere(undefined);
  await checked.auth.check(factsWith(good), compile(lenient));
  expect(checked.events[0]).not.toHaveProperty('waivers');
  expect(checked.events[0]).not.toHaveProperty('auth.replay_check');
});

test('the waiver of a route is told when it is first met, and stops working on its date', async () => {
  const { auth, notices, clock } = serviceWhere('unchecked');
  const requirement = compile(lenient);
  await auth.check(factsWith(good), requirement);
  await auth.check(factsWith(good), requirement);
  clock.at = Date.parse('2026-11-24T12:04:00Z');
  expect(summary(await auth.check(factsWith(good), requirement))).toBe('allowed');
  const told = notices.map((notice) => (notice as { code: string }).code);
  expect(told).toEqual(['WAIVER_IN_FORCE']);
  const past = compile({ ...strict, allowReplayStoreOutage: { ...waiver, expires: '2026-11-23' } });
  expect(summary(await auth.check(factsWith(good), past))).toBe('503 REPLAY_STORE_UNAVAILABLE');
  expect(notices.at(-1)).toMatchObject({ code: 'WAIVER_EXPIRED', owner: 'inventory' });
});

test.each([true, {}, { ...waiver, reason: '' }, { ...waiver, owner: ' ' }, { ...waiver, expires: 'soon' }])(
  'what is no waiver is refused at start: %j',
  (changed) => {
    expect(() => compile({ ...strict, allowReplayStoreOutage: changed as never })).toThrow('CONFIG_WAIVER_INVALID');
  },
);

test('a waiver alone asks for nothing', () => {
  expect(() => compile({ allowReplayStoreOutage: waiver } as never)).toThrow('asks for nothing');
});

/** A service that knows, or does not, whether the tokens of its callers are revoked. */
function serviceAfter(unchecked: Partial<AccessTokenEvidence>) {
  const evidence = { ...tokenEvidence, ...unchecked };
  return service({ accept: [fakeTokens(() => accept(tokenIdentity({ evidence })))] });
}

const noRevocations: Requirement = { ...strict, allowRevocationStoreOutage: waiver };
const both: Requirement = { ...lenient, ...noRevocations };

test.each<[string, Partial<AccessTokenEvidence>, Requirement, string]>([
  ['is known to stand', {}, strict, 'allowed'],
  ['is unknown, by a waiver of the service', { revocation: 'waived' }, strict, 'allowed'],
  ['is unknown', { revocation: 'unchecked' }, strict, '503 REVOCATION_STORE_UNAVAILABLE'],
  [
    'is unknown, with a waiver for the other store',
    { revocation: 'unchecked' },
    lenient,
    '503 REVOCATION_STORE_UNAVAILABLE',
  ],
  ['is unknown, on a route with a waiver', { revocation: 'unchecked' }, noRevocations, 'allowed'],
  [
    'and whose proof are unknown',
    { revocation: 'unchecked', replay: 'unchecked' },
    noRevocations,
    '503 REPLAY_STORE_UNAVAILABLE',
  ],
  [
    'and whose proof are unknown, on a route with both waivers',
    { revocation: 'unchecked', replay: 'unchecked' },
    both,
    'allowed',
  ],
])('a caller whose token %s', async (_case, unchecked, requirement, expected) => {
  const { auth, events } = serviceAfter(unchecked);
  expect(summary(await auth.check(factsWith(good), compile(requirement)))).toBe(expected);
  expect(events[0]?.['auth.revocation_check']).toBe(unchecked.revocation);
});

test('both waivers of a route stand in the event of a request that needed both', async () => {
  const { auth, events } = serviceAfter({ revocation: 'unchecked', replay: 'unchecked' });
  await auth.check(factsWith(good), compile(both));
  expect(events[0]?.waivers).toEqual(['requirement.allowRevocationStoreOutage', 'requirement.allowReplayStoreOutage']);
});
