/** Connections about which the service cannot tell: they stay open, and keep no other one open. */
import type { X509Certificate } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { RequestFacts } from '../credential/request-facts.ts';
import { refuse, type MaybePromise, type Refusal } from '../errors/outcome.ts';
import { root } from '../certificate/certificate.test-kit.ts';
import { trustBundle, type TrustBundle } from '../certificate/trust-bundle.ts';
import { answerMilliseconds, ConnectionRegister } from './connection-register.ts';
import type { GuardedConnection } from './guarded-connection.ts';
import { bundle, orders, validNow } from './tls.test-kit.ts';

type Judge = (facts: RequestFacts) => MaybePromise<Refusal | undefined>;

function register(judge: Judge, bundles: () => readonly TrustBundle[] = () => fixed) {
  const clock = { at: 0, now: () => Date.now(), monotonic: () => clock.at };
  const surroundings = { judge: { clock, notify: () => {}, judge }, isReplaced: () => false };
  return { register: new ConnectionRegister({ ...surroundings, maximumAgeMilliseconds: 60_000, bundles }), clock };
}

const fixed = [bundle];

function connection(): GuardedConnection & { readonly ends: string[] } {
  const ends: string[] = [];
  const peerCertificate = { chain: [orders().certificate], tlsAuthorized: true } as const;
  const request = { transport: 'tls', method: '', target: '', header: () => [], requestId: 'one' } as const;
  const announceEnd = (): void => void ends.push('announced');
  const [finish, destroy] = [(): void => void ends.push('finished'), (): void => void ends.push('destroyed')];
  return { facts: { ...request, peerCertificate }, shown: undefined, announceEnd, finish, destroy, ends };
}

test('a list that is out of date for some keeps nobody else open', async () => {
  const [unknown, revoked] = [connection(), connection()];
  const { register: open } = register((facts) =>
    facts === unknown.facts ? refuse('REVOCATION_LIST_UNAVAILABLE', 'test') : refuse('CERTIFICATE_REVOKED', 'test'),
  );
  for (const one of [unknown, revoked]) open.add(one);
  await open.sweep();
  expect([unknown.ends, revoked.ends]).toEqual([[], ['announced']]);
});

test('bundles without lists, as JavaScript may write them, are bundles', async () => {
  let bundles: readonly TrustBundle[] = fixed;
  const { register: open } = register(
    () => undefined,
    () => bundles,
  );
  const one = connection();
  open.add(one);
  const { trustDomain, authorities } = bundle;
  bundles = [{ trustDomain, authorities } as TrustBundle];
  await open.sweep();
  expect(one.ends).toEqual([]);
});

test('the changes of one bundle cost those nothing that another one vouches for', async () => {
  const partner = (name: string): TrustBundle =>
    trustBundle({ trustDomain: 'partner.test', pem: root({ name, ...validNow }).pem });
  let bundles: readonly TrustBundle[] = [partner('first'), bundle];
  const { register: open } = register(
    () => undefined,
    () => bundles,
  );
  const one = connection();
  const [leaf] = one.facts.peerCertificate?.chain ?? [];
  const verified = vi.spyOn(leaf as X509Certificate, 'checkIssued');
  open.add(one);
  const costs: number[] = [];
  for (const name of ['second', 'third', 'fourth']) {
    bundles = [partner(name), bundle];
    verified.mockClear();
    await open.sweep();
    costs.push(verified.mock.calls.length);
  }
  bundles = [partner('fifth')];
  await open.sweep();
  expect([costs, one.ends]).toEqual([
    [2, 0, 0],
    ['announced', 'finished'],
  ]);
});

test('a service that never answers keeps nobody else open', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  let asked = 0;
  const { register: open, clock } = register(() => {
    asked += 1;
    return new Promise(() => {});
  });
  const two = [connection(), connection()];
  for (const one of two) open.add(one);
  const swept = open.sweep();
  await vi.advanceTimersByTimeAsync(answerMilliseconds);
  await swept;
  expect([asked, vi.getTimerCount()]).toEqual([1, 0]);
  clock.at = 60_000;
  await open.sweep();
  expect(two.map(({ ends }) => ends)).toEqual([['announced'], ['announced']]);
});
