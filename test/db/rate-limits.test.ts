import { describe, expect, it } from '@jest/globals';
import { expectDenied, useDatabase } from '../helpers/actors.ts';

describe('the store of the rate limits', () => {
  const db = useDatabase();
  const insert = "insert into app_private.rate_limits (key, points, expire) values ('login:192.0.2.1', 1, 0)";

  it('can be written, counted up, read and emptied by the server', async () => {
    await db.authenticator.query(insert);
    await db.authenticator.query('update app_private.rate_limits set points = points + 1, expire = 1');
    const { rows } = await db.authenticator.query('select points, expire from app_private.rate_limits');
    expect(rows).toEqual([{ points: 2, expire: '1' }]);
    expect((await db.authenticator.query('delete from app_private.rate_limits')).rowCount).toBe(1);
  });

  it('cannot be read or written by anybody who is logged in, or by nobody', async () => {
    for (const actor of [await db.createUser(), await db.createAdministrator(), db.anonymous]) {
      await expectDenied(actor.query(insert));
      await expectDenied(actor.query('select * from app_private.rate_limits'));
      await expectDenied(actor.query('delete from app_private.rate_limits'));
    }
  });

  it('cannot have its keys changed by the server', async () => {
    await db.authenticator.query(insert);
    await expectDenied(db.authenticator.query("update app_private.rate_limits set key = 'another'"));
  });
});
