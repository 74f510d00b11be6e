/** The parts of a guide that are made from what is in this package: the diff, and the tables of tokens. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Measured } from './measure.test-kit.ts';
import { versionsOf, type Migration } from './migrations.test-kit.ts';
import { unifiedDiff } from './unified-diff.test-kit.ts';

/** Path of the guide. */
export function pageOf({ name }: Migration): string {
  return fileURLToPath(new URL(`../../../docs/how-to/migrate-from-${name}.md`, import.meta.url));
}

/** The diff between the apps. */
export function changeOf({ name }: Migration): string {
  const read = (side: string): string => readFileSync(new URL(`./${name}/${side}.ts`, import.meta.url), 'utf8');
  return unifiedDiff(read('before'), read('after'));
}

/** Whether a status says that the route answered. */
export const accepted = (status: number): boolean => status === 200;

/** The page with its generated parts as they should be. Throws when it has no place for one. */
export function renderPage(migration: Migration, measured: readonly Measured[]): string {
  const parts = {
    change: ['```diff', changeOf(migration), '```'].join('\n'),
    tokens: tablesOf(migration, measured),
  };
  return Object.entries(parts).reduce(
    (page, [name, text]) => {
      const [start, end] = [`<!-- ${name}: generated -->\n`, `<!-- ${name}: end -->`];
      const [before, rest, ...more] = page.split(start);
      const [, after, ...others] = (rest ?? '').split(end);
      if (after === undefined || more.length + others.length > 0) throw new Error(`the page needs one part "${name}"`);
      return `${before}${start}\n${text}\n\n${end}${after}`;
    },
    readFileSync(pageOf(migration), 'utf8'),
  );
}

function tablesOf(migration: Migration, measured: readonly Measured[]): string {
  const refused = measured.filter((one) => accepted(one.before) && !accepted(one.after));
  const newly = measured.filter((one) => !accepted(one.before) && accepted(one.after));
  const same = measured.filter((one) => accepted(one.before) === accepted(one.after));
  const old = ['Token', migration.package, `with ${migration.stricter.written}`, 'Countersign'];
  const statuses = ({ row, before, stricter, after }: Measured): string[] => [
    row.name,
    String(before),
    String(stricter),
    String(after),
  ];
  const withReason = (one: Measured): string[] => [
    ...statuses(one),
    one.reason === undefined ? '' : `\`${one.reason}\``,
  ];
  return [
    `Measured over HTTP with ${versionsOf(migration)}: ${measured.length} tokens. The columns are the app before, the same package with options that refuse more (and without the check of the scope), and the app after. 200 means that the route answered; any other status is a refusal. Options that are not named here, and keys fetched as a JWKS (where \`kid\` selects), were not measured.`,
    `### Refused from now on: ${refused.length}`,
    table(
      [...old, 'Reason', 'To accept it'],
      refused.map((one) => [...withReason(one), one.row.remedy?.written ?? '']),
    ),
    `### Accepted from now on: ${newly.length}`,
    table(old, newly.map(statuses)),
    `### The same before and after: ${same.length}`,
    table([...old, 'Reason'], same.map(withReason)),
  ].join('\n\n');
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |');
  return ['<!-- prettier-ignore -->', line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}
