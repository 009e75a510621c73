import { beforeEach, describe, expect, it } from '@jest/globals';
import { type User, useDatabase } from '../helpers/actors.ts';

describe('created_at and updated_at', () => {
  const db = useDatabase();
  let ada: User;
  beforeEach(async () => {
    ada = await db.createUser();
  });
  /** A statement about the row of a table, answered by the owner. */
  const ask = (table: string, question: string) =>
    db.owner.value(`select ${question} from app_public.${table} where ${key(table)} = $1`, [ada.id]);
  const change = (table: string, assignments: string) =>
    db.owner.query(`update app_public.${table} set ${assignments} where ${key(table)} = $1`, [ada.id]);
  const key = (table: string) => (table === 'users' ? 'id' : 'user_id');

  describe.each(['users', 'user_accounts', 'user_emails'])('of app_public.%s', (table) => {
    it('are the time of the insert, whatever it says', async () => {
      expect(await ask(table, 'created_at = now() and updated_at = now()')).toBe(true);
    });

    it('cannot be set by an update, not even by the owner', async () => {
      await change(table, `created_at = 'epoch', updated_at = 'epoch'`);
      expect(await ask(table, 'created_at = now() and updated_at > now()')).toBe(true);
    });

    it('tell changes in one transaction apart', async () => {
      const updatedAt = () => ask(table, 'extract(epoch from updated_at)::float8') as Promise<number>;
      const times = [await updatedAt()];
      for (let i = 0; i < 3; i++) {
        await change(table, `${key(table)} = ${key(table)}`);
        times.push(await updatedAt());
      }
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    });
  });

  it('cannot be given with an insert', async () => {
    const { rows } = await db.owner.query(
      `insert into app_public.users (username, created_at, updated_at) values ('old', 'epoch', 'epoch')
       returning created_at = now() and updated_at = now() as is_true`,
    );
    expect(rows).toEqual([{ is_true: true }]);
  });

  it('move to the present with a change', async () => {
    await db.owner.query('alter table app_public.users disable trigger _100_timestamps');
    await change('users', `updated_at = now() - interval '1 year'`);
    await db.owner.query('alter table app_public.users enable trigger _100_timestamps');
    await ada.query(`update app_public.users set name = 'x' where id = $1`, [ada.id]);
    expect(await ask('users', 'updated_at = now() and created_at = now()')).toBe(true);
  });
});
