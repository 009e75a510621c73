import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { formatRows } from '../../src/console/format-rows.ts';
import { type Identity, identityOf, openSqlSession, type Rows } from '../../src/console/sql-session.ts';
import { sqlStatements } from '../../src/sql/statements.ts';
import { makeRoom } from '../helpers/make-room.ts';
import type { TestDatabase } from '../helpers/test-database.ts';
import { type Block, placeOf, projectFolder } from './read-documents.ts';

const migrations = JSON.parse(readFileSync(`${projectFolder}.gmrc`, 'utf8'));

/** Says who sends the block, and which SQLSTATE it ends with. */
function directivesOf({ text }: Block): { identity: Identity; code: string | null } {
  const head = /^(?:--.*\n)*/.exec(text)?.[0] ?? '';
  const who = /^-- as (\S+)$/m.exec(head)?.[1];
  return {
    identity: who ? identityOf(who) : { is: 'owner' },
    code: /^-- fails (\S+)$/m.exec(head)?.[1] ?? null,
  };
}

/**
 * Runs a block in one transaction, as the owner in a migration or, with `-- as NAME` in its first lines, as that user's
 * request would; `-- fails CODE` there expects that SQLSTATE.
 *
 * @returns what its last statement shows
 * @throws Error naming the block
 */
export async function runSqlBlock(block: Block, urls: TestDatabase): Promise<string> {
  const { identity, code } = directivesOf(block);
  const session = await openSqlSession(urls, identity);
  let failure: pg.DatabaseError | null = null;
  let last: Rows | null = null;
  try {
    await session.begin();
    // As a migration has it, whose functions copy it.
    if (identity.is === 'owner')
      await session.query(`set local search_path to ${migrations.pgSettings.search_path}`);
    if (identity.is === 'owner' && code === null)
      for (const { start, end } of sqlStatements(makeRoom(block.text)))
        await session.query(makeRoom(block.text).slice(start, end));
    for (const { start, end } of sqlStatements(block.text))
      last = await session.query(block.text.slice(start, end));
    await session.commit();
  } catch (error) {
    failure = error as pg.DatabaseError;
    if (session.status !== 'I') await session.rollback();
  } finally {
    await session.close();
  }
  if ((failure?.code ?? null) !== code)
    throw new Error(
      `${placeOf(block)} ${code ? `shall fail with ${code}, but` : 'fails:'} ${failure ? `${failure.code} ${failure.message}` : 'does not.'}`,
    );
  return last ? formatRows(last) : '';
}
