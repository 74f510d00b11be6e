import { expect, test } from 'vitest';
import { classAccess } from './class-access.ts';
import { publicAccess, requirementAccess, type DeclaredAccess } from './declared-access.ts';

const open = publicAccess('documentation', 'a test');
const guarded = requirementAccess({ scope: 'a' }, 'a test');

class Base {
  read(): void {}
}
class Middle extends Base {
  write(): void {}
}
class Leaf extends Middle {
  override read(): void {}
  drop(): void {}
}

function accessWith(noted: ReadonlyMap<Function, DeclaredAccess>, owner: Function, handler: Function) {
  return classAccess(owner, handler, (type) => noted.get(type));
}

const written = (type: Function, name: string): Function =>
  (type.prototype as Readonly<Record<string, Function>>)[name] as Function;
const read = written(Base, 'read');
const write = written(Middle, 'write');
const overridden = written(Leaf, 'read');
const drop = written(Leaf, 'drop');

test.each<[string, Function, DeclaredAccess, Function, Function, DeclaredAccess | undefined]>([
  ['a requirement holds for what is written in the class', Base, guarded, Base, read, guarded],
  ['a requirement holds for all that extends it', Base, guarded, Leaf, drop, guarded],
  ['public holds for what is written in the class', Base, open, Base, read, open],
  ['public holds for what the class inherits', Middle, open, Middle, read, open],
  ['public holds for an inherited handler, through a class that extends it', Base, open, Leaf, read, open],
  ['public opens nothing that is written below it', Base, open, Middle, write, undefined],
  ['public opens nothing that is written further below', Base, open, Leaf, drop, undefined],
  ['public opens no override of a public handler', Base, open, Leaf, overridden, undefined],
  ['public opens no class that stands for itself', Base, open, Leaf, Leaf, undefined],
  ['nothing is said by a class that does not stand above', Leaf, guarded, Base, read, undefined],
])('%s', (_case, where, access, owner, handler, expected) => {
  expect(accessWith(new Map([[where, access]]), owner, handler)).toBe(expected);
});

test('the nearest class that says something wins', () => {
  const noted = new Map([
    [Base, open],
    [Middle, guarded],
  ]);
  expect(accessWith(noted, Leaf, drop)).toBe(guarded);
  expect(accessWith(noted, Base, read)).toBe(open);
});
