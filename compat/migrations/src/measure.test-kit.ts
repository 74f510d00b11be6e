/** Shows every token to an app over a real socket, one after the other, and notes what it answers. */
import { memorySink } from '@countersign/express';
import type { Migration } from './migrations.test-kit.ts';
import type { CorpusRow, TokenCorpus } from './token-corpus.test-kit.ts';

/** What the apps answered to a token. */
export interface Measured {
  readonly row: CorpusRow;
  /** Status of the app before. */
  readonly before: number;
  /** Status of the old package with its stricter options. It asks for no scope. */
  readonly stricter: number;
  /** Status of the app after. */
  readonly after: number;
  /** The reason in the audit event of the app after. */
  readonly reason: string | undefined;
}

/** The status for a token. */
export async function statusOf(origin: string, token: string): Promise<number> {
  const answer = await fetch(`${origin}/stock/42`, { headers: { authorization: `Bearer ${token}` } });
  await answer.arrayBuffer();
  return answer.status;
}

/** Measures a migration. */
export async function measure(migration: Migration, { publicKey, rows }: TokenCorpus): Promise<readonly Measured[]> {
  const sink = memorySink();
  const before = await migration.before(publicKey);
  const stricter = await migration.stricter.start(publicKey);
  const after = await migration.after(publicKey, sink);
  const found: Measured[] = [];
  for (const row of rows) {
    sink.clear();
    const [old, withOptions, now] = await Promise.all(
      [before, stricter, after].map(({ origin }) => statusOf(origin, row.token)),
    );
    const statuses = { before: old ?? 0, stricter: withOptions ?? 0, after: now ?? 0 };
    found.push({ row, ...statuses, reason: sink.events.at(-1)?.['event.reason'] });
  }
  await Promise.all([before, stricter, after].map((app) => app.close()));
  return found;
}
