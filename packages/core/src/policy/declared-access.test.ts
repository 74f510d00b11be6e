import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.ts';
import {
  assertDeclared,
  configuredTwice,
  describeAccess,
  handshakeAccess,
  publicAccess,
  requirementAccess,
  requirementOf,
  undeclaredAccess,
  type DeclaredAccess,
} from './declared-access.ts';
import { undeclaredRoute, type Requirement } from './requirement.ts';

const guarded = requirementAccess({ scope: 'a' }, 'one');
const optional = requirementAccess({ scope: 'a', optional: true }, 'two');
const open = publicAccess('everybody may', 'three');
const bare = undeclaredAccess({ code: 'CONFIG_ROUTE_UNDECLARED', option: 'four', problem: 'says nothing', fix: 'say' });

test.each<[string, DeclaredAccess, readonly string[]]>([
  ['a good requirement', guarded, []],
  ['a requirement with two faults', requirementAccess({ scpoe: 'a' } as never, 'x'), ['x scpoe', 'x requirement']],
  ['no requirement', requirementAccess(undefined as unknown as Requirement, 'x'), ['x requirement']],
  ['a public route with a reason', open, []],
  ['a public route with a blank reason', publicAccess(' ', 'x'), ['x']],
  ['a public route with something else', publicAccess(true as unknown as string, 'x'), ['x']],
  ['nothing', bare, ['four']],
  ['an adapter that is configured twice', configuredTwice('x'), ['x']],
])('%s', (_title, access, options) => {
  const faults = access.kind === 'undeclared' ? access.faults.map(({ option }) => option) : [];
  expect(faults).toEqual(options);
});

test('tells every fault at once, and the same one once', () => {
  const routes = [guarded, bare, open, bare, publicAccess('', 'five')].map((access) => ({ access }));
  let thrown: unknown;
  try {
    assertDeclared(routes);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ConfigurationError);
  expect((thrown as ConfigurationError).faults.map(({ option }) => option)).toEqual(['four', 'five']);
  expect(() => assertDeclared([{ access: guarded }, { access: open }])).not.toThrow();
});

test('what is undeclared is refused to everybody, what is public asks for nothing', () => {
  expect(requirementOf(bare)).toBe(undeclaredRoute);
  expect(requirementOf(open)).toBeUndefined();
  expect(requirementOf(guarded)?.source).toEqual({ scope: 'a' });
});

test('is listed as it was declared', () => {
  expect(describeAccess(guarded)).toEqual({ access: 'requirement', requirement: { scope: 'a' } });
  expect(describeAccess(open)).toEqual({ access: 'public', reason: 'everybody may' });
  expect(describeAccess(bare)).toEqual({ access: 'undeclared', reason: 'says nothing' });
});

describe('the handshake of a connection', () => {
  const meets = (whole: DeclaredAccess, messages: readonly DeclaredAccess[], unseen = false): unknown => {
    const access = handshakeAccess({ where: 'x', whole, messages: messages.map((one) => ({ access: one })), unseen });
    if (access.kind === 'undeclared') return access.faults.map(({ code, option }) => [code, option]);
    return access.kind === 'public' ? 'public' : access.compiled.optional ? 'optional' : access.compiled.source;
  };
  const anyCaller = { anyCaller: 'each message is judged by its own handler' };

  test.each([
    ['what the whole asks for', guarded, [open], { scope: 'a' }],
    ['what the whole asks for, without messages', guarded, [], { scope: 'a' }],
    ['any caller, when each message asks for one', bare, [guarded, guarded], anyCaller],
    ['any caller or nobody, when a message takes nobody', bare, [guarded, optional], 'optional'],
    ['any caller or nobody, when a message is public', bare, [guarded, open], 'optional'],
    ['nothing, when all messages are public', bare, [open, open], 'public'],
    ['nothing, when it is public and has no messages', open, [], 'public'],
    ['a declaration, when it has neither', bare, [], [['CONFIG_ROUTE_UNDECLARED', 'four']]],
  ])('must meet %s', (_title, whole, messages, expected) => {
    expect(meets(whole, messages)).toEqual(expected);
  });

  test('must be seen, unless nothing is asked of it', () => {
    expect(meets(bare, [guarded], true)).toEqual([['CONFIG_UNSAFE', 'x']]);
    expect(meets(guarded, [], true)).toEqual([['CONFIG_UNSAFE', 'x']]);
    expect(meets(bare, [open], true)).toBe('public');
  });
});
