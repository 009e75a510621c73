import type pg from 'pg';
import { type Actor, runAs } from './run-as.ts';
import type { StatementShape } from './scans.ts';
import { refusal, undone } from './undone.ts';

const PROBE = 'rowgate_explain_probe';

/**
 * Whether a writing statement also reads its table, by a condition or `returning`: then the policies of select count as
 * well. PostgreSQL is asked, as a role that may write everything and read every other table; it ends with the
 * transaction.
 */
export async function readsTarget(
  client: pg.Client,
  { target, scans }: StatementShape,
  sql: string,
): Promise<boolean> {
  if (!target) return false;
  return undone(client, async () => {
    await client.query(`create role ${PROBE} nologin; grant pg_write_all_data to ${PROBE}`);
    const others = scans.map(({ relation }) => relation.name).filter((name) => name !== target.relation.name);
    for (const name of others) await client.query(`grant select on ${name} to ${PROBE}`);
    const probe: Actor = { role: PROBE, become: () => client.query(`set local role ${PROBE}`) };
    const error = await refusal(runAs(client, probe, `explain ${sql}`, 'text'));
    return error?.code === '42501' && error.message.endsWith(` ${target.relation.ownName}`);
  });
}
